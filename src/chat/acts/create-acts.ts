import { createRequireActor, createRequireParticipant } from "../access.ts";
import { CardKeeper } from "../cards/card-keeper.ts";
import { createNotifyParticipants } from "../cards/notify-participants.ts";
import type { Broadcast, ChatCards, ChatLog, Clock, Reads, Turns } from "../ports.ts";
import type { Reports } from "../reports.ts";
import type { Files } from "../upload-ports.ts";
import { createUserDataActs, type UserData } from "../user-data/create-user-data-acts.ts";
import { createApplyBookingEvent } from "./apply-booking-event.ts";
import { type ChangeWindows, createChangeMessage, createFollowEntry } from "./change-message.ts";
import { createChangeStatus } from "./change-status.ts";
import { createDeleteMessage } from "./delete-message.ts";
import { createEditMessage } from "./edit-message.ts";
import { createMarkDelivered, createMarkRead } from "./mark-read.ts";
import { createMute } from "./mute.ts";
import { createReadChats } from "./read-messages.ts";
import { createMakeReport } from "./report.ts";
import { createSendMessage } from "./send-message.ts";
import { createUploadActs } from "./uploads/create-upload-acts.ts";
import { createNameUpload } from "./uploads/name-upload.ts";

type Parts = {
  log: ChatLog;
  cards: ChatCards;
  broadcast: Broadcast;
  reports: Reports;
  userData: UserData;
  now: Clock;
  /** How long people may change what they sent. By default not at all. */
  windows?: ChangeWindows | undefined;
  /** Limits on the reads, marks, changes and look-ups of participants that users have under way. By default no limit. */
  bounds?: { reads: Reads; marks: Turns; changes: Turns; lookUps: Turns; files: Turns } | undefined;
  /** For uploading files. By default nobody can. */
  files?: Files | null;
  /** Called for each failed write of cards; the write is tried again. */
  onCardFailure: (error: unknown) => void;
};

const unbounded = {
  reads: { run: async (_reader, { fetch }) => (await fetch()).answer } satisfies Reads,
  marks: { run: (_key, task) => task() } satisfies Turns,
  changes: { run: (_key, task) => task() } satisfies Turns,
  lookUps: { run: (_key, task) => task() } satisfies Turns,
  files: { run: (_key, task) => task() } satisfies Turns,
};

/** Every act of the product, made from a log, its cards and a broadcast. */
export const createActs = (parts: Parts) => {
  const { log, cards, reports, userData, broadcast, now, bounds = unbounded, files = null, onCardFailure } = parts;
  const { windows = { editS: 0, deleteS: 0 } } = parts;
  const { reads, marks, changes, lookUps } = bounds;
  const notify = createNotifyParticipants(broadcast);
  const keeper = new CardKeeper({ log, cards, notify, onFailure: onCardFailure });
  const requireParticipant = createRequireParticipant({ cards, lookUps });
  const requireActor = createRequireActor(requireParticipant, cards);
  const follow = createFollowEntry({ log, keeper, broadcast });
  const changeMessage = createChangeMessage({ log, follow, turns: changes });
  // What fails here is made by the relay, which checks every change.
  log.onLandedLate((entry) => void follow(entry).catch(onCardFailure));
  const nameUpload = createNameUpload({ uploads: files?.uploads ?? null, log });
  return {
    requireParticipant,
    applyBookingEvent: createApplyBookingEvent({ log, cards, keeper, broadcast }),
    changeStatus: createChangeStatus({ requireActor, log, keeper, broadcast }),
    sendMessage: createSendMessage({ requireParticipant, log, nameUpload, keeper, broadcast }),
    editMessage: createEditMessage({ requireParticipant, changeMessage, windows, now }),
    deleteMessage: createDeleteMessage({ requireActor, changeMessage, windows, now }),
    makeReport: createMakeReport({ requireParticipant, log, reports, now }),
    reports,
    /** Erasures, exports, and emptying a chat. */
    userData: createUserDataActs({ log, cards, reports, userData, keeper, broadcast, now }),
    markRead: createMarkRead({ requireParticipant, log, cards, keeper, broadcast, marks, now }),
    markDelivered: createMarkDelivered({ requireParticipant, log, cards, broadcast, marks, now }),
    mute: createMute({ requireParticipant, log, cards, keeper, broadcast, marks, now }),
    readChats: createReadChats({ requireParticipant, log, cards, keeper, reads }),
    /** What is done with uploaded files; null where nobody can upload. */
    uploads: files && createUploadActs({ ...files, requireParticipant, log, keeper, broadcast, turns: bounds.files }),
    /** Updates a card from its log if a crash left it out of date. */
    mendCard: (chatId: string) => keeper.mend(chatId),
    /** Waits until the waiting cards are written, at most `deadlineMs`. */
    drain: (deadlineMs: number) => keeper.drain(deadlineMs),
  };
};
export type Acts = ReturnType<typeof createActs>;
