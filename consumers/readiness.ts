import { check, type OpsAnswer } from "../src/process/ops-server.ts";
import type { Opening } from "../src/store/make-indexes.ts";
import type { Store } from "../src/store/open-store.ts";
import type { WriteProbe } from "./kafka/write-probe.ts";
import type { RecordSource } from "./source/record-source.ts";

type Parts = {
  store: Pick<Store, "isUp">;
  source: Pick<RecordSource, "health" | "hasJoined">;
  writes: Pick<WriteProbe, "isUp" | "hasBeenUp">;
  isRedisUp: () => boolean;
};

/** What the ops server answers, from the first moment on, while the consumers' parts are still being opened. */
export const createReadiness = () => {
  let opening: Opening = { mongodb: false, indexes: false };
  let parts: Parts | undefined;
  return {
    /** How far the opening of the store has come. */
    onOpening: (reached: Opening): void => {
      opening = reached;
    },
    /** All parts are open. */
    onOpened: (opened: Parts): void => {
      parts = opened;
    },
    livez: (): OpsAnswer => ({ ok: parts?.source.health().alive !== false }),
    /**
     * Not ready before this process has once joined its group and reached Kafka both ways: with wrong settings it would
     * replace a process that works. Kafka or Redis away later changes nothing: no other process could do more.
     */
    readyz: async (): Promise<OpsAnswer> => {
      const isStoreUp = parts === undefined ? opening.mongodb : await parts.store.isUp();
      const health = parts?.source.health();
      return {
        ok: isStoreUp && parts !== undefined && parts.source.hasJoined() && parts.writes.hasBeenUp(),
        checks: {
          mongodb: check(isStoreUp),
          indexes: check(opening.indexes),
          redis: check(parts?.isRedisUp()),
          kafka_read: check(health?.kafka === "up"),
          kafka_write: check(parts?.writes.isUp()),
          group: check(health?.joined),
        },
        ...(opening.detail !== undefined && { details: { indexes: opening.detail } }),
      };
    },
  };
};
