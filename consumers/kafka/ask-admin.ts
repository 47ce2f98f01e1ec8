import type { Admin, Kafka } from "kafkajs";
import { probeLimitMs } from "./kafka-client.ts";
import { untilAborted, withLimit } from "./with-limit.ts";

type Options<T> = {
  client: Kafka;
  /** For the error if no broker answers. */
  what: string;
  ask: (admin: Admin) => Promise<T>;
  signal?: AbortSignal;
};

/**
 * Asks Kafka over a separate connection, which is closed after the answer.
 * @throws what `ask` throws, LimitError when no broker answers within twelve seconds, and the signal's reason
 */
export const askAdmin = async <T>({ client, what, ask, signal }: Options<T>): Promise<T> => {
  const admin = client.admin();
  const asking = admin.connect().then(() => ask(admin));
  const disconnect = (): Promise<void> => withLimit("disconnecting", 1_000, admin.disconnect()).catch(() => undefined);
  try {
    return await withLimit(what, probeLimitMs, signal ? untilAborted(signal, asking) : asking);
  } finally {
    await disconnect();
    // Work that continues after its limit may connect again later.
    void asking.then(disconnect, disconnect);
  }
};
