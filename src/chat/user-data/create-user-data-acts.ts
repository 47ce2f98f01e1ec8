import type { CardKeeper } from "../cards/card-keeper.ts";
import type { Broadcast, ChatCards, ChatLog, Clock } from "../ports.ts";
import type { Reports } from "../reports.ts";
import type { Uploads } from "../upload-ports.ts";
import { createDeleteGroup } from "./delete-group.ts";
import { createEmptyChat, type FindUndeleted } from "./empty-chat.ts";
import { type ChatsOfUser, createEraseStep } from "./erase-user.ts";
import type { Erasures } from "./erasure.ts";
import { createExportUser } from "./export-user.ts";
import { createForgetReasons, type OwnerReasons } from "./forget-reasons.ts";

/** What these acts need in addition to the log and the cards. */
export type UserData = {
  erasures: Erasures;
  chatsOfUser: ChatsOfUser;
  findUndeleted: FindUndeleted;
  reasons: OwnerReasons;
  forgetUnsent: Uploads["forgetUnsent"];
};

type Parts = {
  log: ChatLog;
  cards: ChatCards;
  reports: Reports;
  userData: UserData;
  keeper: CardKeeper;
  broadcast: Broadcast;
  now: Clock;
};

/** What is done with all that is stored of one user, or of one chat. */
export const createUserDataActs = ({ log, cards, reports, userData, keeper, broadcast, now }: Parts) => {
  const { erasures, chatsOfUser, findUndeleted, reasons, forgetUnsent } = userData;
  const deleteGroup = createDeleteGroup({ log, keeper, broadcast });
  const emptyChat = createEmptyChat({ deleteGroup, findUndeleted, cards, keeper });
  const forgetReasons = createForgetReasons({ reasons, log, keeper, broadcast });
  return {
    erasures,
    emptyChat,
    forgetReasons,
    eraseStep: createEraseStep({
      erasures,
      chatsOfUser,
      emptyChat,
      forgetReasons,
      cards,
      reports,
      forgetUnsent,
      now,
    }),
    exportUser: createExportUser({ log, cards, chatsOfUser, reports, now }),
  };
};
export type UserDataActs = ReturnType<typeof createUserDataActs>;
