import { randomBytes } from "node:crypto";
import type { Entry } from "../../../src/chat/log/entry.ts";
import type { createWriteEntries as Original } from "../../../src/store/append/write-entries.ts";
import { createWriteEntries as original } from "../../../src/store/append/write-entries.ts";
import { replaceModule } from "./replace-module.ts";

// Planted: a write whose outcome is not known is tried again as if it were another message.
replaceModule("src/store/append/write-entries.ts", import.meta.url);

export const createWriteEntries: typeof Original = (...parts) => {
  const write = original(...parts);
  return async (entries, options) => {
    const written = await write(entries, options);
    for (const [index, entry] of entries.entries()) if (written[index] === "unknown") makeNew(entry);
    return written;
  };
};

const makeNew = (entry: Entry): void => {
  entry.id = randomBytes(12).toString("hex");
  if (entry.clientMessageId !== undefined) entry.clientMessageId = randomBytes(12).toString("hex");
};
