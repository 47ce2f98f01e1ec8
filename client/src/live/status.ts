import type { SocketState } from "../connection/line.ts";
import { plain } from "../errors.ts";
import type { Connection } from "../types.ts";

type Parts = {
  setConnection: (connection: Connection) => void;
  onState: (isOpen: boolean) => void;
  /** Something may have been missed: asks for it. */
  catchUp: () => void;
  /** Whether something is still missing. */
  isBehind: () => boolean;
};

export type Status = ReturnType<typeof createStatus>;

/** The connection as the client sees it, whichever tab holds the socket. */
export const createStatus = ({ setConnection, onState, catchUp, isBehind }: Parts) => {
  let last: SocketState = { state: "offline", since: 0 };
  let isCaughtUp = false;
  const isOpen = (): boolean => last.state === "open";
  const show = (error?: unknown): void => {
    const { state, ...more } = last;
    const shown = state !== "open" ? state : isCaughtUp ? "online" : "catching_up";
    setConnection({ ...more, state: shown, ...(error ? { error: plain(error) } : {}) });
  };
  return {
    isOpen,
    become: (state: SocketState): void => {
      last = state;
      isCaughtUp = false;
      show(state.error);
      onState(isOpen());
      if (isOpen()) catchUp();
    },
    /** After a `resync` or sleep. */
    catchUp: (): void => {
      isCaughtUp = false;
      show();
      catchUp();
    },
    /** More of what was missed is here. */
    caughtUp: (): void => {
      if (isCaughtUp || !isOpen() || isBehind()) return;
      isCaughtUp = true;
      show();
    },
    /** What was missed cannot be had now. */
    failed: show,
  };
};
