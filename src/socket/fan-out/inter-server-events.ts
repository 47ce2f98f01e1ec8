import type { ResyncReason } from "../../contract/server-events.ts";
import type { TypingWord } from "../events/typing-words.ts";
import type { PeerWord } from "./peers.ts";

/** Events only between nodes and consumers. */
export type InterServerEvents = {
  resync: (reason: ResyncReason) => void;
  peer: (word: PeerWord, id: string) => void;
  typing: (word: TypingWord) => void;
};
