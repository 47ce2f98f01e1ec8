import type { Clock } from "../../src/chat/ports.ts";
import type { UserDataActs } from "../../src/chat/user-data/create-user-data-acts.ts";
import type { Logger } from "../../src/process/logger.ts";
import type { UserDataStore } from "../../src/store/user-data/user-data-store.ts";
import type { Background } from "../background.ts";
import { createEmptyOldChats } from "./empty-old-chats.ts";
import { createEraseUsers } from "./erase-users.ts";
import { createOneHolder, type HolderTiming } from "./one-holder.ts";

type Parts = {
  store: Pick<UserDataStore, "acquire" | "oldestClosed">;
  acts: Pick<UserDataActs, "erasures" | "eraseStep" | "emptyChat">;
  /** For how many days a closed chat keeps its messages; 0: for ever. */
  retentionClosedDays: number;
  now: Clock;
  logger: Logger;
  timing?: Partial<HolderTiming> | undefined;
};

const usualTiming: HolderTiming = { leaseMs: 8_000, askMs: 2_000 };
const dayMs = 86_400_000;

/** The work on users' data: erasures and retention. One process at a time does it, in small steps. */
export const openUserData = ({
  store,
  acts: { erasures, eraseStep, emptyChat },
  retentionClosedDays,
  now,
  logger,
  timing = {},
}: Parts): Background => {
  const keptMs = retentionClosedDays * dayMs;
  return createOneHolder({
    name: "user-data",
    acquire: store.acquire,
    tasksOf: (saved) => [
      createEraseUsers({ erasures, eraseStep }),
      ...(keptMs > 0 ? [createEmptyOldChats({ oldestClosed: store.oldestClosed, emptyChat, keptMs, saved, now })] : []),
    ],
    logger,
    timing: { ...usualTiming, ...timing },
  });
};
