import { expect, jest, test } from "@jest/globals";
import type { ChatServer } from "../../src/socket/chat-socket.ts";
import { createResync } from "../../src/socket/fan-out/resync.ts";

/** A server with sockets that note what they are sent. */
const aServer = (sockets: number) => {
  const heard: string[] = [];
  const emit = (_event: string, { reason }: { reason: string }) => heard.push(reason);
  const all = new Map(Array.from({ length: sockets }, (_, id) => [id, { emit }]));
  return { io: { sockets: { sockets: all } } as unknown as ChatServer, heard };
};

test("every socket hears each reason that was given, and rounds are five seconds apart however often one asks", () => {
  jest.useFakeTimers();
  try {
    const { io, heard } = aServer(40);
    const resync = createResync(io);
    for (let n = 0; n < 100; n += 1) resync("redis_was_away");
    resync("node_was_lost");
    jest.advanceTimersByTime(4_900);
    expect(heard).toEqual(Array(40).fill("redis_was_away"));
    // A round that was asked for while the first one was under way, for each reason.
    jest.advanceTimersByTime(60_000);
    expect(heard).toHaveLength(120);
    expect(heard.filter((reason) => reason === "node_was_lost")).toHaveLength(40);
  } finally {
    jest.useRealTimers();
  }
});
