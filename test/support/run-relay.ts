import type { Relay } from "../../consumers/relay/relay.ts";
import { until } from "./chat-client.ts";
import { type TestKafka, testLogger } from "./kafka.ts";
import { openTestRelay, type RelayOptions } from "./open-test-relay.ts";

import { withDatabase } from "./open-test-store.ts";

export { chatOn } from "./open-test-relay.ts";

/** Waits until a relay has begun and told what there was before: from then on each single change is told. */
export const relayHasBegun = (mongodbUri: string, topic: string): Promise<void> =>
  withDatabase(mongodbUri, (client) =>
    until(async () => {
      const relay = await client
        .db()
        .collection<{ _id: string; position?: unknown; catchUp?: unknown }>("relays")
        .findOne({ _id: topic });
      return Boolean(relay?.position) && relay?.catchUp === null;
    }),
  );

/** Lets the lease that somebody has run out now, as if its time had passed. */
export const endLease = (mongodbUri: string, topic: string): Promise<void> =>
  withDatabase(mongodbUri, async (client) => {
    await client
      .db()
      .collection<{ _id: string }>("relays")
      .updateOne({ _id: topic }, { $set: { expiresAt: new Date(0) } });
  });

export type TestRelay = AsyncDisposable &
  Pick<Relay, "stop"> & {
    /** A metric's value now; the labels as Prometheus writes them. */
    metric: (nameAndLabels: string) => Promise<number>;
  };

/** A relay in this process. */
export const runRelay = async ({ kafka, ...options }: RelayOptions & { kafka: TestKafka }): Promise<TestRelay> => {
  const { metrics, ...relay } = await openTestRelay({ ...options, kafka: kafka.address, logger: testLogger });
  return {
    ...relay,
    metric: async (name) => {
      const line = (await metrics()).split("\n").find((one) => one.startsWith(`${name} `));
      return line === undefined ? 0 : Number(line.slice(name.length + 1));
    },
  };
};
