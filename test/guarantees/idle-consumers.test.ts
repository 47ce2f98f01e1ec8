import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { consumersEnv, startConsumersProcess } from "../support/consumers-process.ts";
import { openTestKafka } from "../support/kafka.ts";

const windowMs = 5_000;
/**
 * Of a core. What it comes to on a quiet machine, and that it is below one hundredth, is the bench's to measure
 * (`--only idle-consumers`): beside other tests the same work is charged with up to twice as much.
 */
const most = 0.02;
const mostWindows = 24;

/** What a process has used so far, all threads of it; asked of the system, since answering a question costs as well. */
const cpuMs = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6)
    .reduce((sum, one) => sum + one, 0);

test("idle consumers use almost no CPU", async () => {
  await using kafka = await openTestKafka({ partitions: 6 });
  using main = startConsumersProcess(consumersEnv(kafka));
  await until(async () => (await main.metric("chat_kafka_rebalances_total")) === 1);
  await until(async () => (await main.metric("chat_events_holds_lease")) === 1);
  // What is compiled and collected after the start is not what idling costs: the best of some windows is.
  const used = async (): Promise<number> => {
    const [before, began] = [cpuMs(main.pid), performance.now()];
    await sleep(windowMs);
    return (cpuMs(main.pid) - before) / (performance.now() - began);
  };
  let best = Number.POSITIVE_INFINITY;
  for (let windows = 0; windows < mostWindows && best >= most; windows += 1) best = Math.min(best, await used());
  expect(best).toBeLessThan(most);
});
