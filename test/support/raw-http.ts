import { connect, type Socket } from "node:net";
import { until } from "./chat-client.ts";

/** A connection on which bytes are written that no HTTP client would send. */
export type RawHttp = {
  tcp: Socket;
  /** All that came so far. */
  text: () => string;
  /** The status of each answer that came so far. */
  statuses: () => number[];
  isOpen: () => boolean;
  /** Waits until the other side has ended the connection. @throws after a minute */
  closed: () => Promise<void>;
  [Symbol.dispose]: () => void;
};

/** An address of this machine that no other test file speaks from: each has limits of its own. */
export const anAddress = (): string => `127.${1 + part(250)}.${part(250)}.${1 + part(250)}`;
const part = (most: number): number => Math.floor(Math.random() * most);

type Options = { from?: string };

/** Connects, from an address of this machine, and writes. */
export const sendRaw = async (
  { port }: { port: number },
  bytes: string | Buffer = "",
  { from = "127.0.0.1" }: Options = {},
): Promise<RawHttp> => {
  const tcp = connect({ port, host: "127.0.0.1", localAddress: from }).on("error", () => undefined);
  let text = "";
  tcp.on("data", (data: Buffer) => {
    text += data.toString("latin1");
  });
  if (bytes.length > 0) tcp.write(bytes);
  await until(() => !tcp.connecting, "the connection");
  return {
    tcp,
    text: () => text,
    statuses: () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)),
    isOpen: () => !tcp.destroyed,
    closed: () => until(() => tcp.destroyed, "the end of the connection"),
    [Symbol.dispose]: () => void tcp.destroy(),
  };
};

/** A request without a body. */
export const requestOf = (target: string, headers: Record<string, string> = {}, method = "GET"): string => {
  const lines = Object.entries({ Host: "x", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`;
};
