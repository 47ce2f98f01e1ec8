import type { ChangeMessage } from "../acts/change-message.ts";
import type { ChatCards, ChatLog, Clock } from "../ports.ts";
import type { Reports } from "../reports.ts";
import type { Uploads } from "../upload-ports.ts";
import { createEmptyChat, type FindUndeleted } from "./empty-chat.ts";
import { type ChatsOfUser, createEraseStep } from "./erase-user.ts";
import type { Erasures } from "./erasure.ts";
import { createExportUser } from "./export-user.ts";

/** What these acts need in addition to the log and the cards. */
export type UserData = {
  erasures: Erasures;
  chatsOfUser: ChatsOfUser;
  findUndeleted: FindUndeleted;
  forgetUnsent: Uploads["forgetUnsent"];
};

type Parts = {
  log: ChatLog;
  cards: ChatCards;
  reports: Reports;
  userData: UserData;
  changeMessage: ChangeMessage;
  now: Clock;
};

/** What is done with all that is stored of one user, or of one chat. */
export const createUserDataActs = ({ log, cards, reports, userData, changeMessage, now }: Parts) => {
  const { erasures, chatsOfUser, findUndeleted, forgetUnsent } = userData;
  const emptyChat = createEmptyChat({ changeMessage, findUndeleted });
  return {
    erasures,
    emptyChat,
    eraseStep: createEraseStep({ erasures, chatsOfUser, emptyChat, forgetUnsent, now }),
    exportUser: createExportUser({ log, cards, chatsOfUser, reports, now }),
  };
};
export type UserDataActs = ReturnType<typeof createUserDataActs>;
