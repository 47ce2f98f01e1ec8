import type { Clock } from "../../src/chat/ports.ts";
import type { UserDataActs } from "../../src/chat/user-data/create-user-data-acts.ts";
import type { Logger } from "../../src/process/logger.ts";
import type { UserDataStore } from "../../src/store/user-data/user-data-store.ts";
import type { Background } from "../background.ts";
import { createEmptyOldChats } from "./empty-old-chats.ts";
import { createEraseUsers } from "./erase-users.ts";
import { createOneHolder, type HolderTiming, type TaskName } from "./one-holder.ts";
import type { UserDataMetrics } from "./user-data-metrics.ts";

type Parts = {
  store: Pick<UserDataStore, "acquire" | "oldestClosed">;
  acts: Pick<UserDataActs, "erasures" | "eraseStep" | "emptyChat" | "forgetReasons">;
  /** For how many days a closed chat keeps its messages; 0: for ever. */
  retentionClosedDays: number;
  now: Clock;
  metrics: UserDataMetrics;
  logger: Logger;
  timing?: Partial<HolderTiming> | undefined;
};

const usualTiming: HolderTiming = { leaseMs: 8_000, askMs: 2_000 };
const dayMs = 86_400_000;

/** The work on users' data: erasures and retention. One process at a time does it, in small steps. */
export const openUserData = ({
  store,
  acts: { erasures, eraseStep, emptyChat, forgetReasons },
  retentionClosedDays,
  now,
  metrics,
  logger,
  timing = {},
}: Parts): Background => {
  const keptMs = retentionClosedDays * dayMs;
  const old = { oldestClosed: store.oldestClosed, emptyChat, forgetReasons, keptMs };
  metrics.watchErasures(() => erasures.open());
  const deletedBy = (task: TaskName) => (count: number) => metrics.deleted(task, count);
  return createOneHolder({
    name: "user-data",
    acquire: store.acquire,
    tasksOf: (saved) => [
      createEraseUsers({ erasures, eraseStep, onErased: deletedBy("erasure") }),
      ...(keptMs > 0 ? [createEmptyOldChats({ ...old, onDeleted: deletedBy("retention"), saved, now })] : []),
    ],
    onFailure: metrics.failed,
    logger,
    timing: { ...usualTiming, ...timing },
  });
};
