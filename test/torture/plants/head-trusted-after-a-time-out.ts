import { replaceText } from "./replace-module.ts";

// Planted: after a write whose outcome is not known its entry is taken for the head, and the sender is told to try again.
replaceText(
  "src/store/append/append-queue.ts",
  "else void this.#afterUnknown(lane);",
  `else {
    this.#parts.heads.set(lane.chatId, { seq: entry.seq, state: entry.state });
    this.#settle(lane, ({ reject }) => reject(new ChatError("unavailable", { retryAfterMs: 1_000 })));
  }`,
);
