import type { Rest } from "../connection/rest.ts";
import type { Request } from "../connection/socket.ts";
import { mayPass, plain } from "../errors.ts";
import { createTask } from "../timing.ts";
import type { Message } from "../wire.ts";
import { nextOrder, type PendingDraft } from "./draft.ts";
import type { KeptDrafts } from "./kept-drafts.ts";
import type { Outbox } from "./outbox.ts";
import { isUnsent, type Sender as QueueSender } from "./queue.ts";

/** A draft that the service fails on so often is refused, so that it does not hold the others for ever. */
const mostInternalErrors = 5;

export type Sender = QueueSender & { close: () => void };

export type SenderParts = {
  kept: KeptDrafts;
  rest: Rest;
  request: Request;
  /** This tab is the one that sends. */
  isLeading: () => boolean;
  /** It leads, knows what is stored, and the connection is open. */
  isReady: () => boolean;
  /** Has every tab hear it. */
  onSent: (message: Message) => void;
  count: (what: "holesFilled" | "resends") => void;
};

const payloadOf = ({ chatId, clientMessageId, type, content, attachment }: PendingDraft) => {
  const shared = { chatId, content, clientMessageId };
  if (type === "text" || !attachment) return { ...shared, type: "text" as const };
  return { ...shared, type, attachment: "id" in attachment ? { id: attachment.id } : attachment };
};

/** One try to bring a draft into the log, its file first. */
const attempt = async (draft: PendingDraft, outbox: Outbox, parts: SenderParts, signal: AbortSignal): Promise<void> => {
  const { kept, rest, request, onSent } = parts;
  const key = draft.clientMessageId;
  if (draft.file && !draft.attachment) {
    const onProgress = (progress: number): void => void outbox.update(key, { state: "uploading", progress });
    onProgress(0);
    const file = draft.file.blob ?? (await kept.file(key));
    // Most people send no files. What does not load now, as offline, may load later.
    const { upload } = await import("./upload.ts");
    outbox.update(key, { attachment: await upload({ rest, draft, file, onProgress, signal }) }, true);
  }
  const ready = signal.aborted ? undefined : outbox.update(key, { state: "sending" });
  if (ready) onSent((await request("send_message", payloadOf(ready))).message);
};

/** Sends the first draft of a chat until it has left, then the next one. */
export const createSender = (outbox: Outbox, parts: SenderParts): Sender => {
  const { isLeading, isReady, count } = parts;
  let internals = 0;
  let current = "";
  let leaving = new AbortController();
  const sendNext = async (): Promise<void> => {
    const draft = outbox.first();
    if (!draft || !isReady()) return;
    current = draft.clientMessageId;
    leaving = new AbortController();
    const { signal } = leaving;
    const left = new Promise((resolve) => signal.addEventListener("abort", resolve));
    try {
      await Promise.race([attempt(draft, outbox, parts, signal), left]);
      internals = 0;
    } catch (thrown) {
      // If it was heard in the meantime, all is well.
      if (!outbox.find(current)) return;
      const error = plain(thrown);
      if (error.code === "internal") internals += 1;
      if (mayPass(error) && internals < mostInternalErrors) throw thrown;
      internals = 0;
      outbox.update(current, { state: "failed", error }, true);
    }
  };
  const { run, poke, stop } = createTask(sendNext, (waitMs, thrown) => {
    const error = plain(thrown);
    if (error.code === "no_answer") count("resends");
    outbox.update(current, { state: "queued", error, retryAt: isReady() ? Date.now() + waitMs : undefined });
  });
  return {
    isLeading,
    run,
    poke,
    left: (key, isFirst) => {
      if (key === current) leaving.abort();
      // The pause was this draft's.
      if (isFirst) run();
    },
    close: () => {
      stop();
      leaving.abort();
    },
  };
};

/** Takes what is stored, in its order. */
export const restore = (outbox: Outbox, stored: readonly PendingDraft[], post: (draft: PendingDraft) => void): void => {
  const own = outbox.list().filter((draft) => isUnsent(draft) && outbox.isOwn(draft.clientMessageId));
  const added = stored.filter(({ clientMessageId: key }) => !outbox.find(key) && !outbox.isGone(key));
  added.forEach(post);
  // If the clock was set back, what is written since then comes after what was stored before all the same.
  const latest = Math.max(...added.map(({ order }) => order));
  if (latest < Date.now()) return;
  for (const { clientMessageId: key, order } of own)
    if (order <= latest) outbox.update(key, { order: nextOrder() }, true);
};
