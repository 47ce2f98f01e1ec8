import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type CutProxy = AsyncDisposable & {
  url: string;
  /** Ends all connections, and takes no more. */
  cut: () => void;
  /** Takes connections, and lets nothing through: what is open stays open. */
  freeze: () => void;
  mend: () => void;
  /** How many connections were let through so far. */
  connections: () => number;
};

/** A network between a client and a node that can be cut. */
export const startCutProxy = async (to: { url: string }): Promise<CutProxy> => {
  const port = Number(new URL(to.url).port);
  const open = new Set<Socket>();
  let state: "open" | "cut" | "frozen" = "open";
  let count = 0;
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.on("error", () => {}).on("close", () => open.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (state === "cut") return void near.destroy();
    if (state === "frozen") return;
    count += 1;
    const far = keep(connect(port, "127.0.0.1"));
    near.on("data", (bytes) => state === "open" && far.write(bytes)).on("close", () => far.destroy());
    far.on("data", (bytes) => state === "open" && near.write(bytes)).on("close", () => near.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    state = "cut";
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    freeze: () => {
      state = "frozen";
    },
    mend: () => {
      if (state === "frozen") cut();
      state = "open";
    },
    connections: () => count,
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
    },
  };
};
