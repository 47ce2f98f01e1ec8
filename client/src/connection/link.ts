import { noAnswer } from "../errors.ts";
import type { ChatClientOptions } from "../types.ts";
import type { Bus, Notes } from "./bus.ts";
import { createHub } from "./hub.ts";
import type { SocketState } from "./line.ts";
import { createRest } from "./rest.ts";
import type { Request } from "./socket.ts";
import { createTokens } from "./tokens.ts";
import { watchWaking } from "./waking.ts";

const fiveMinutesMs = 300_000;

type Parts = {
  options: ChatClientOptions;
  url: string;
  bus: Bus;
  /** What is done about each kind of note; those about the connection are added. */
  notes: Notes;
  isOpen: () => boolean;
  onState: (state: SocketState) => void;
  /** This tab begins or ends to hold the socket. */
  onLeading: () => void;
  /** Another tab leads now: it may not know what this one knows. */
  onLeader: () => void;
  /** This tab leads, and another one has come, which knows nothing. */
  onNewTab: (tab: string) => void;
  /** The device may have slept. */
  onWake: () => void;
  /** It has, or has not; and the connection lives. */
  onAwake: () => void;
};

export type Link = ReturnType<typeof createLink>;

/** The client's way to the service, by a socket of this tab or of another one. */
export const createLink = (parts: Parts) => {
  const { options, url, bus, notes, isOpen } = parts;
  const { hiddenDisconnectMs: hiddenMs = fiveMinutesMs } = options;
  const tokens = createTokens(options.getToken);
  const hub = createHub({ ...parts, tokens });
  Object.assign(notes, hub.notes);
  let isWaking = false;
  let stopWatching = (): void => {};

  const wake = async (): Promise<void> => {
    parts.onWake();
    // Several events come of one waking.
    if (isWaking) return;
    isWaking = true;
    const isAlive = await hub.wake();
    isWaking = false;
    if (isAlive && isOpen()) parts.onAwake();
  };
  const request: Request = async (event, payload) => {
    if (!isOpen()) throw noAnswer();
    return hub.request(event, payload);
  };
  return {
    rest: createRest(url, tokens),
    request,
    isLeading: hub.isLeading,
    connect: (): void => {
      bus.open();
      bus.post("hello");
      stopWatching = watchWaking({ onWake: () => void wake(), onOffline: hub.drop, onHidden: hub.rest, hiddenMs });
      hub.run();
    },
    close: (): void => {
      stopWatching();
      bus.post("bye");
      hub.close();
    },
  };
};
