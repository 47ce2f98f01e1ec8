import type { CardKeeper } from "../../cards/card-keeper.ts";
import { toMessage } from "../../log/entry.ts";
import type { Broadcast, ChatLog } from "../../ports.ts";
import type { Upload } from "../../upload-ports.ts";

/** What follows when the state of an upload changed. May be repeated. */
export type FollowUpload = (upload: Upload) => Promise<void>;

type Parts = {
  log: Pick<ChatLog, "showUpload">;
  keeper: Pick<CardKeeper, "keepLater">;
  broadcast: Pick<Broadcast, "messageChanged">;
};

/** The message that names the upload, and the card, show the new state; both people hear of it. */
export const createFollowUpload =
  ({ log, keeper, broadcast }: Parts): FollowUpload =>
  async (upload) => {
    const entry = await log.showUpload(upload);
    if (entry === null) return;
    broadcast.messageChanged(toMessage(entry));
    keeper.keepLater(entry);
  };
