import { WebSocket } from "ws";

/**
 * A minimal Socket.IO client over a plain websocket: no queue, no reconnection, texts are inspected and not
 * parsed, and frames are sent with the mask 0, which changes nothing.
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
  /** Called when the connection ends and was not closed here. */
  onLost: (why: string) => void;
};

const connectLimitMs = 30_000;
// Engine.IO's packet types, and Socket.IO's after a "4".
const [open, ping, message] = [48, 50, 52];
const [connect, event, ack, connectError] = [48, 50, 51, 52];

/** Connects like a client with a token. @throws if the server refuses, with its message */
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
      // The bench reads only ASCII, and latin1 is the cheapest decoding.
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
