import { runDlq } from "../../consumers/dlq/run.ts";
import { type TestKafka, testLogger } from "./kafka.ts";

type Options = {
  confirm?: (question: string) => Promise<boolean>;
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
  env?: NodeJS.ProcessEnv;
  /** Gets the lines, also of a call that fails. */
  printed?: string[];
};

/** The settings with which the tool finds a test's dead letters; in production, so that it needs no other. */
export const dlqEnv = (kafka: TestKafka): NodeJS.ProcessEnv => ({
  NODE_ENV: "production",
  KAFKA_BROKERS: kafka.address.brokers.join(","),
  KAFKA_GROUP_ID: kafka.groupId,
  BOOKING_TOPICS: `${kafka.topics.approved},${kafka.topics.cancelled}`,
  BOOKING_DLQ_TOPIC: kafka.topics.dlq,
});

/** One call of `npm run dlq`, within this process: what it printed, and whether it did all of it. */
export const callDlq = async (
  kafka: TestKafka,
  args: string,
  {
    confirm,
    signal = AbortSignal.timeout(600_000),
    onProgress = () => undefined,
    env = {},
    printed: lines = [],
  }: Options = {},
): Promise<{ isDone: boolean; text: string }> => {
  const isDone = await runDlq({
    args: args.split(" ").filter((part) => part !== ""),
    env: { ...dlqEnv(kafka), ...env },
    terminal: { width: null, print: (line) => void lines.push(line), progress: onProgress, confirm: confirm ?? null },
    createLogger: () => testLogger,
    signal,
  });
  return { isDone, text: lines.join("\n") };
};
