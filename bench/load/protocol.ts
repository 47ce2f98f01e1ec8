import { WebSocket } from "ws";

/**
 * Socket.IO over a bare websocket, with as little as can be: no queue, no reconnection, texts are looked at and not
 * parsed, and frames go out with the mask 0, which masks nothing.
 */
export type ProtocolClient = {
  /** `event` is the JSON of `[name, payload]`. `onAck` gets the JSON of the ack's arguments, `[answer]`. */
  emit: (event: string, onAck: (answer: string) => void) => void;
  close: () => void;
};

type Options = {
  /** Such as http://127.0.0.1:5002 */
  url: string;
  token: string;
  /** Gets the JSON of `[name, ...arguments]`. */
  onEvent: (event: string) => void;
  /** Called when the connection ends that nobody closed here. */
  onLost: (why: string) => void;
};

const connectLimitMs = 30_000;
// Engine.IO's packet types, and Socket.IO's behind a "4".
const [open, ping, message] = [48, 50, 52];
const [connect, event, ack, connectError] = [48, 50, 51, 52];

/** Connects as a client with a token does. @throws where the server refuses, with what it said */
export const connectClient = ({ url, token, onEvent, onLost }: Options): Promise<ProtocolClient> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      generateMask: () => undefined,
    });
    const acks = new Map<number, (answer: string) => void>();
    let lastAckId = 0;
    let isClosing = false;
    const limit = setTimeout(() => reject(new Error("no answer to CONNECT")), connectLimitMs);

    const client: ProtocolClient = {
      emit: (text, onAck) => {
        lastAckId += 1;
        acks.set(lastAckId, onAck);
        socket.send(`42${lastAckId}${text}`);
      },
      close: () => {
        isClosing = true;
        socket.terminate();
      },
    };

    const takeAck = (text: string): void => {
      const start = text.indexOf("[", 2);
      const id = Number(text.slice(2, start));
      const onAck = acks.get(id);
      acks.delete(id);
      onAck?.(text.slice(start));
    };

    const takePacket = (text: string): void => {
      const type = text.charCodeAt(1);
      if (type === event) return onEvent(text.slice(2));
      if (type === ack) return takeAck(text);
      if (type === connectError) return reject(new Error(`refused: ${text.slice(2)}`));
      if (type !== connect) return;
      clearTimeout(limit);
      resolve(client);
    };

    socket.on("message", (data: Buffer) => {
      // What the bench reads is ASCII, and latin1 is the cheapest text to make of bytes.
      const text = data.toString("latin1");
      const type = text.charCodeAt(0);
      if (type === message) takePacket(text);
      else if (type === ping) socket.send("3");
      else if (type === open) socket.send(`40${JSON.stringify({ token })}`);
    });
    socket.on("error", reject);
    socket.on("close", (code: number) => {
      clearTimeout(limit);
      if (!isClosing) onLost(`closed with ${code}`);
    });
  });
