import type { RequireParticipant } from "../../access.ts";
import type { CardKeeper } from "../../cards/card-keeper.ts";
import type { Broadcast, ChatLog, Turns } from "../../ports.ts";
import type { Files } from "../../upload-ports.ts";
import { createBeginUpload } from "./begin-upload.ts";
import { createCompleteUpload } from "./complete-upload.ts";
import { createFollowUpload } from "./follow-upload.ts";
import { createJudgeUpload } from "./judge-upload.ts";
import { createReadUpload } from "./read-upload.ts";

type Parts = Files & {
  requireParticipant: RequireParticipant;
  log: Pick<ChatLog, "head" | "showUpload">;
  keeper: Pick<CardKeeper, "keepLater">;
  broadcast: Pick<Broadcast, "messageChanged">;
  /** Limits the requests to the store. */
  turns: Turns;
};

/** Everything that is done with uploaded files. */
export const createUploadActs = (parts: Parts) => ({
  begin: createBeginUpload(parts),
  complete: createCompleteUpload(parts),
  read: createReadUpload(parts),
  judge: createJudgeUpload({ ...parts, follow: createFollowUpload(parts) }),
});
export type UploadActs = ReturnType<typeof createUploadActs>;
