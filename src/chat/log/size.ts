import type { Card } from "../cards/card.ts";
import type { Entry } from "./entry.ts";

/** A page ends at this many bytes, however many items were requested. */
export const mostPageBytes = 1024 * 1024;

/** The largest item of a page, roughly: 4,000 emoji as a caption, a long address and a long name. */
export const largestItemBytes = 32 * 1024;

/** The largest possible size of a page with this many items. */
export const mostBytesOf = (items: number): number => Math.min(mostPageBytes, items * largestItemBytes);

/**
 * The cost of an item besides its texts: its names, ids and times, and finding, decoding and checking it. A page of 200
 * short messages is as much work as 150 KB.
 */
const itemBytes = 800;

const reasonIn = (system: Entry["system"]): string | undefined =>
  system !== undefined && "reason" in system ? system.reason : undefined;

type Texts = Pick<Entry, "content" | "attachment" | "system">;

const textBytes = (text: string | null | undefined): number => (text ? Buffer.byteLength(text) : 0);

/**
 * The size of a message in bytes: all texts that people wrote, plus the constant for the rest. The texts are counted one
 * by one, since encoding the message as JSON for its length would be half the work of the answer.
 */
export const messageBytes = ({ content, attachment, system }: Texts): number => {
  const url = attachment && "url" in attachment ? attachment.url : undefined;
  return itemBytes + textBytes(content) + textBytes(url) + textBytes(attachment?.name) + textBytes(reasonIn(system));
};

/** The size of a chat in bytes. */
export const cardBytes = ({ lastMessage, statusReason }: Pick<Card, "lastMessage" | "statusReason">): number =>
  itemBytes + textBytes(statusReason) + (lastMessage ? messageBytes(lastMessage) : 0);
