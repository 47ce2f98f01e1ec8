import { createDeadLetters } from "../../../consumers/booking/dead-letter.ts";
import type { ReceivedRecord } from "../../../consumers/source/received-record.ts";
import type { RejectReason } from "../../../src/contract/bookings/dead-letters.ts";
import type { TestKafka } from "../../support/kafka.ts";
import { aRecord } from "../../support/records.ts";

type Overrides = Omit<Parameters<typeof aRecord>[0] & object, "key"> & { key?: string };

/** Puts a letter as the consumers do: of a record of the test's topic of approvals. */
export const putLetter = (
  kafka: TestKafka,
  reason: RejectReason,
  { key = "booking-1", ...overrides }: Overrides = {},
): Promise<void> =>
  createDeadLetters({ publisher: kafka, topic: kafka.topics.dlq }).put(
    aRecord({ topic: kafka.topics.approved, key: Buffer.from(key), ...overrides }),
    { reason, detail: `a detail of ${reason}` },
  );

/** Values as text, sorted: partitions have no order between them. */
export const valuesOf = (records: ReceivedRecord[]): string[] => records.map(({ value }) => String(value)).sort();
