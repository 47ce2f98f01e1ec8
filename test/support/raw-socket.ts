import { type TestNode, tokenFor } from "./start-node.ts";

const limitMs = 300_000;

/** A bare websocket that speaks Socket.IO's packets as text, to send what no client library would. */
export const connectRaw = async ({ url }: Pick<TestNode, "url">, userId: string) => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  const heard: string[] = [];
  socket.addEventListener("message", ({ data }) => heard.push(String(data)));

  const next = async (test: (text: string) => boolean): Promise<string> => {
    for (const deadline = Date.now() + limitMs; Date.now() < deadline; ) {
      const index = heard.findIndex(test);
      if (index >= 0) return heard.splice(index, 1)[0] ?? "";
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no such packet; heard ${heard.join(" ").slice(0, 200)}`);
  };

  await next((text) => text.startsWith("0{"));
  socket.send(`40${JSON.stringify({ token: tokenFor(userId) })}`);
  await next((text) => text.startsWith("40{"));
  return {
    send: (packet: string): void => socket.send(packet),
    next,
    isOpen: (): boolean => socket.readyState === WebSocket.OPEN,
    close: (): void => socket.close(),
  };
};
