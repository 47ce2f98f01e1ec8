import { forget, keep, kept } from "../kit/kept.ts";

/** What a person has begun to write, for each chat; it survives a reload. */
export function createDrafts(userId: string) {
  const keyOf = (chatId: string): string => `draft:${userId}:${chatId}`;
  return {
    of: (chatId: string): string => kept(keyOf(chatId)) ?? "",
    set: (chatId: string, text: string): void => keep(keyOf(chatId), text.trim() === "" ? "" : text),
    wipe: (): void => forget(`draft:${userId}:`),
  };
}

export type Drafts = ReturnType<typeof createDrafts>;
