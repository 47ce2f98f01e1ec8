import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { shareAnswer } from "../timing/share-answer.ts";

/** Kafka's addresses, and whether it uses TLS. */
export type Brokers = { brokers: string[]; ssl: boolean };

const keptMs = 5_000;
const limitMs = 2_000;

/**
 * Kafka's first request, ApiVersions 0, which every broker answers even before authentication: its length, API key,
 * API version, a correlation id, and no client id.
 */
const correlationId = 0x6c79766f;
const question = Buffer.alloc(14);
question.writeInt32BE(10, 0);
question.writeInt16BE(18, 4);
question.writeInt32BE(correlationId, 8);
question.writeInt16BE(-1, 12);
const answerBytes = 8;

const split = (broker: string): { host: string; port: number } => {
  const colon = broker.lastIndexOf(":");
  return { host: broker.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(broker.slice(colon + 1)) };
};

const open = (broker: string, ssl: boolean): Socket => {
  const { host, port } = split(broker);
  if (!ssl) return connect({ host, port });
  return connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) });
};

/** Resolves to the broker when it answers as Kafka. @throws if it does not within the limit */
const ask = (broker: string, ssl: boolean, timeoutMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = open(broker, ssl);
    let answer = Buffer.alloc(0);
    const end = (error: Error | null): void => {
      clearTimeout(timer);
      socket.destroy();
      if (error === null) resolve(broker);
      else reject(error);
    };
    const timer = setTimeout(() => end(new Error("no answer")), timeoutMs);
    socket.on("error", end).on("close", () => end(new Error("closed")));
    socket.on("data", (piece: Buffer) => {
      answer = Buffer.concat([answer, piece]);
      if (answer.length < answerBytes) return;
      end(answer.readInt32BE(4) === correlationId ? null : new Error("not Kafka"));
    });
    socket.once(ssl ? "secureConnect" : "connect", () => socket.write(question));
  });

/**
 * The broker that answers first; null if none does. A broker that accepts connections and never answers, such as a
 * frozen one, delays nothing.
 */
export const firstAnswering = async ({ brokers, ssl }: Brokers, timeoutMs = limitMs): Promise<string | null> => {
  try {
    return await Promise.any(brokers.map((broker) => ask(broker, ssl, timeoutMs)));
  } catch {
    return null;
  }
};

/**
 * Whether any of the brokers answers. A chat node needs to know no more about Kafka, since only the consumers use it.
 * The brokers are asked at most every five seconds, however often health is requested.
 */
export const createIsAnyReachable = (kafka: Brokers, timeoutMs = limitMs): (() => Promise<boolean>) =>
  shareAnswer(keptMs, async () => (await firstAnswering(kafka, timeoutMs)) !== null);
