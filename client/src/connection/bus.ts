import { randomId } from "../ids.ts";

/** From which tab, to which one (to all, if left out), what, and its value. */
type Note = [from: string, to: string | undefined, kind: string, value: unknown];
/** What to do about each kind of note. */
export type Notes = Record<string, (value: never, from: string) => unknown>;

export type Bus = {
  /** The id of this tab. */
  me: string;
  /** Of what the tabs share; undefined: this one shares with nobody. */
  name: string | undefined;
  post: (kind: string, value?: unknown, to?: string) => void;
  /** Hears the other tabs, and is heard by them. */
  open: () => void;
  close: () => void;
};

/** What the tabs of a person post to one another. A tab hears its own notes as well: each kind is handled in one place. */
export const createBus = (notes: Notes, name?: string): Bus => {
  const me = randomId();
  let channel: BroadcastChannel | undefined;
  const hear = ([from, to, kind, value]: Note): void => {
    if (!to || to === me) notes[kind]?.(value as never, from);
  };
  return {
    me,
    name,
    post: (kind, value, to) => {
      const note: Note = [me, to, kind, value];
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no targets
      if (to !== me) channel?.postMessage(note);
      hear(note);
    },
    open: () => {
      if (channel || !name) return;
      channel = new BroadcastChannel(name);
      channel.addEventListener("message", ({ data }) => hear(data));
      // In Node a channel alone must not keep the process alive.
      (channel as { unref?(): void }).unref?.();
    },
    close: () => {
      channel?.close();
      channel = undefined;
    },
  };
};
