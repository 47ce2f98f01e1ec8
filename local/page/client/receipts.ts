import type { Receipt } from "../../../src/chat/cards/card.ts";
import type { Request } from "./connection.ts";

type Kind = "read" | "delivered";
type Mark = { readonly kind: Kind; readonly chatId: string; readonly seq: number };

const gatherMs = 120;

/**
 * Reports to the service how far this person has received and read. Several marks in a row are sent as one, the highest.
 * A lost mark is sent again with the next one: the caller of `mark` compares with what the service has confirmed.
 */
export function createReceipts({
  request,
  onMark,
}: {
  request: Request;
  onMark: (kind: Kind, receipt: Receipt) => void;
}) {
  const waiting = new Map<string, Mark>();
  const underWay = new Map<string, Mark>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  return {
    mark(kind: Kind, chatId: string, seq: number): void {
      const key = `${kind}:${chatId}`;
      if ((waiting.get(key)?.seq ?? underWay.get(key)?.seq ?? 0) >= seq) return;
      waiting.set(key, { kind, chatId, seq });
      timer ??= setTimeout(reportAll, gatherMs);
    },
    close: (): void => clearTimeout(timer),
  };

  function reportAll(): void {
    timer = undefined;
    for (const [key, mark] of waiting) void report(key, mark);
    waiting.clear();
  }

  async function report(key: string, mark: Mark): Promise<void> {
    const { kind, chatId, seq } = mark;
    underWay.set(key, mark);
    const confirmed = await (kind === "read" ? reportRead(chatId, seq) : reportDelivered(chatId, seq));
    if (underWay.get(key) === mark) underWay.delete(key);
    if (confirmed) onMark(kind, { ...confirmed, chatId });
  }

  async function reportRead(chatId: string, seq: number) {
    const answer = await request("mark_read", { chatId, seq });
    return answer.ok ? answer.read : null;
  }

  async function reportDelivered(chatId: string, seq: number) {
    const answer = await request("mark_delivered", { chatId, seq });
    return answer.ok ? answer.delivered : null;
  }
}
