import type { Request } from "../connection/socket.ts";
import { isVisible } from "../connection/waking.ts";
import { mayPass } from "../errors.ts";
import { createTask, sleep, type Task } from "../timing.ts";
import type { Receipt, UserMark } from "../wire.ts";
import type { Inbox } from "./inbox.ts";

export type MarkKind = "read" | "delivered";
type Mark = Record<MarkKind, number> & { task: Task };

/** At most one mark a second of a chat. */
const gatherMs = 1_000;
/** Somebody who comes back to a hundred chats has received a hundred: the service limits what comes at once. */
const deliveredEveryMs = 100;

type Parts = {
  userId: string;
  request: Request;
  inbox: Pick<Inbox, "card" | "mark">;
  isOpen: () => boolean;
  isLeading: () => boolean;
  isShown: (chatId: string) => boolean;
  onMark: (chatId: string) => void;
};

/**
 * How far both people have received and read. Of several marks of this person the highest is sent; one that was not
 * confirmed is sent again.
 */
export const createMarks = ({ userId, request, inbox, isOpen, isLeading, isShown, onMark }: Parts) => {
  const marks = new Map<string, Mark>();
  let deliveredAt = 0;
  const marked = (kind: MarkKind, receipt: Receipt): void => {
    inbox.mark(kind, receipt);
    onMark(receipt.chatId);
  };
  const send = async (kind: MarkKind, chatId: string, seq: number): Promise<void> => {
    const event = `mark_${kind}` as const;
    const answer = (await request(event, { chatId, seq })) as Partial<Record<MarkKind, UserMark>>;
    const mark = answer[kind];
    if (mark) marked(kind, { chatId, ...mark });
  };
  const maySend = (kind: MarkKind, chatId: string): boolean =>
    isOpen() && (kind === "read" ? isVisible() && isShown(chatId) : isLeading());
  const create = (chatId: string): Mark => {
    const sent = { read: 0, delivered: 0 };
    const task = createTask(async () => {
      const kind = (["read", "delivered"] as const).find((each) => mark[each] > sent[each] && maySend(each, chatId));
      if (!kind) return;
      if (kind === "delivered") {
        deliveredAt = Math.max(Date.now(), deliveredAt + deliveredEveryMs);
        await sleep(deliveredAt - Date.now());
      }
      const seq = mark[kind];
      try {
        await send(kind, chatId, seq);
      } catch (error) {
        // A refused mark is not sent again.
        if (mayPass(error)) throw error;
      }
      sent[kind] = seq;
      // What was read was delivered.
      sent.delivered = Math.max(sent.delivered, seq);
      return gatherMs;
    });
    const mark = { read: 0, delivered: 0, task };
    marks.set(chatId, mark);
    return mark;
  };
  return {
    marked,
    want: (kind: MarkKind, chatId: string, seq: number): void => {
      if ((inbox.card(chatId)?.[kind][userId]?.seq ?? 0) >= seq) return;
      const mark = marks.get(chatId) ?? create(chatId);
      mark[kind] = Math.max(mark[kind], seq);
      mark.task.poke();
    },
    /** The connection is back, or the page is visible again. */
    flush: (): void => marks.forEach(({ task }) => task.poke()),
    close: (): void => marks.forEach(({ task }) => task.stop()),
  };
};
