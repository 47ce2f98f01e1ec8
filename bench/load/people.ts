import jwt from "jsonwebtoken";
import { jwtSecret } from "../systems/secrets.ts";
import type { Meter, Side } from "./meter.ts";
import { connectClient, type ProtocolClient } from "./protocol.ts";

export type BenchChat = { chatId: string; ownerId: string; seekerId: string };
/** A connected person of one chat. */
export type Person = { chat: BenchChat; side: Side; client: ProtocolClient; listen: (meter: Meter | null) => void };
export type Pair = { owner: Person; seeker: Person };

const atOnce = 50;
const contentMark = '"content":"#';
// What somebody looking for a room writes; ASCII, since the generator reads bytes as latin1.
const words = "Is the room still free from the first of May? I could come and have a look at it on Friday evening.";

export const tokenFor = (userId: string): string => jwt.sign({ sub: userId }, jwtSecret, { expiresIn: "1d" });

const connectPerson = async (url: string, chat: BenchChat, side: Side): Promise<Person> => {
  const userId = side === "owner" ? chat.ownerId : chat.seekerId;
  let meter: Meter | null = null;
  const onEvent = (text: string): void => {
    if (meter === null || !text.startsWith('["receive_message"')) return;
    const start = text.indexOf(contentMark);
    if (start !== -1) meter.delivered(Number.parseInt(text.slice(start + contentMark.length), 10), side);
  };
  const onLost = (why: string): void => {
    throw new Error(`${userId} lost the connection: ${why}`);
  };
  const client = await connectClient({ url, token: tokenFor(userId), onEvent, onLost });
  return {
    chat,
    side,
    client,
    listen: (newMeter) => {
      meter = newMeter;
    },
  };
};

/** Resolves with the ack's JSON. @throws where it says no */
export const ask = ({ client }: Pick<Person, "client">, event: string, payload: object): Promise<string> =>
  new Promise((resolve, reject) => {
    client.emit(JSON.stringify([event, payload]), (answer) => {
      if (answer.startsWith('[{"ok":true')) resolve(answer);
      else reject(new Error(`${event}: ${answer.slice(0, 200)}`));
    });
  });

/** Runs tasks, so many at once. */
export const inParallel = async <T, R>(items: readonly T[], limit: number, act: (item: T) => Promise<R>) => {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      const item = items[index];
      if (item !== undefined) results[index] = await act(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
};

type ConnectOptions = { urls: string[]; chats: BenchChat[]; join: boolean };

/** Connects both people of each chat, to different nodes where there are several; `join` lets them enter it too. */
export const connectPairs = ({ urls, chats, join }: ConnectOptions): Promise<Pair[]> =>
  inParallel(chats, atOnce, async (chat) => {
    const [ownerUrl = "", seekerUrl = ownerUrl] = urls;
    const owner = await connectPerson(ownerUrl, chat, "owner");
    const seeker = await connectPerson(seekerUrl, chat, "seeker");
    if (join) for (const person of [owner, seeker]) await ask(person, "join_chat", { chatId: chat.chatId });
    return { owner, seeker };
  });

/** Sends the next message of a person; `onAck` is called when it is answered. */
export const send = ({ chat, side, client }: Person, meter: Meter, onAck: () => void): void => {
  const number = meter.sent(side);
  const payload = `"chatId":"${chat.chatId}","type":"text","content":"#${number} ${words}","clientMessageId":"${meter.name}-${number}"`;
  client.emit(`["send_message",{${payload}}]`, (answer) => {
    meter.acked(number, answer.startsWith('[{"ok":true'));
    onAck();
  });
};
