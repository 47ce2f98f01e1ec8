import type { Card } from "../cards/card.ts";
import type { Entry } from "./entry.ts";

/** A page ends at so many bytes, however many items were asked for. */
export const mostPageBytes = 1024 * 1024;

/** The largest item of a page, roughly: 4,000 emoji as a caption, a long address and a long name. */
export const largestItemBytes = 32 * 1024;

/** The most that a page of so many items can weigh. */
export const mostBytesOf = (items: number): number => Math.min(mostPageBytes, items * largestItemBytes);

/**
 * What an item costs beside its texts: its names, ids and times, and finding, decoding and checking it. A page of 200
 * short messages is as much work as 150 KB.
 */
const itemBytes = 800;

type Texts = Pick<Entry, "content" | "attachment" | "system">;

const textBytes = (text: string | null | undefined): number => (text ? Buffer.byteLength(text) : 0);

/**
 * What a message weighs, in bytes: all texts that people write, and the rest as the constant. Counted text by text, since
 * writing it as JSON for its length would be half the work of answering with it.
 */
export const messageBytes = ({ content, attachment, system }: Texts): number =>
  itemBytes + textBytes(content) + textBytes(attachment?.url) + textBytes(attachment?.name) + textBytes(system?.reason);

/** What a chat weighs, in bytes. */
export const cardBytes = ({ lastMessage, statusReason }: Pick<Card, "lastMessage" | "statusReason">): number =>
  itemBytes + textBytes(statusReason) + (lastMessage ? messageBytes(lastMessage) : 0);
