import { connect } from "node:net";

const keptMs = 5_000;

const split = (broker: string): { host: string; port: number } => {
  const colon = broker.lastIndexOf(":");
  return { host: broker.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(broker.slice(colon + 1)) };
};

const answers = (broker: string, timeoutMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ ...split(broker), timeout: timeoutMs });
    const end = (reachable: boolean) => (): void => {
      socket.destroy();
      resolve(reachable);
    };
    socket.once("connect", end(true)).once("timeout", end(false)).once("error", end(false));
  });

/**
 * Whether any of the brokers takes a connection: all a chat node needs to know of Kafka, which only the consumers
 * speak. Asked at most every five seconds, however often health is.
 */
export const createIsAnyReachable = (brokers: string[], timeoutMs = 1_000): (() => Promise<boolean>) => {
  let known: { at: number; answer: Promise<boolean> } | undefined;
  return () => {
    if (known === undefined || Date.now() - known.at > keptMs) {
      const asked = Promise.all(brokers.map((broker) => answers(broker, timeoutMs)));
      known = { at: Date.now(), answer: asked.then((all) => all.includes(true)) };
    }
    return known.answer;
  };
};
