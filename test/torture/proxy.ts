import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createLink, type Link } from "./link.ts";

/** A TCP proxy on loopback whose connections can be cut, slowed and held up. */
export type Proxy = {
  port: number;
  connections: () => number;
  /** Ends this share of the connections; 1 is all. */
  cut: (share: number) => void;
  /** While true, who connects is turned away. */
  refuse: (refusing: boolean) => void;
  /** Connects who comes from now on with another port, as a name does that was given to another server. */
  lead: (toPort: number) => void;
  /** Delays all that goes through, each way. */
  slow: (delayMs: number) => void;
  /**
   * Holds up this share of the connections, both ways or only what goes to the client. Nothing is lost: the returned
   * function lets it all go on, also what a client sent that has given up meanwhile.
   */
  hold: (share: number, direction: "both" | "to-client") => () => void;
  close: () => void;
};

type Connection = { toServer: Link; toClient: Link; end: () => void };

export const openProxy = async (targetPort: number): Promise<Proxy> => {
  const connections = new Set<Connection>();
  let refusing = false;
  let leadsTo = targetPort;
  let delayMs = 0;

  const accept = (client: Socket): void => {
    if (refusing) return void client.resetAndDestroy();
    const server = connect(leadsTo, "127.0.0.1");
    const links = { toServer: createLink(client, server), toClient: createLink(server, client) };
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    const connection = { ...links, end };
    for (const link of Object.values(links)) link.slow(delayMs);
    connections.add(connection);
    server.once("close", () => {
      if (server.bytesRead === 0) client.destroy();
      connections.delete(connection);
    });
  };

  // Spread over the connections, so that each run of the same schedule hits about as many.
  const share = (part: number): Connection[] => {
    const all = [...connections];
    const every = 1 / part;
    return Array.from({ length: Math.floor(all.length * part) }, (_, n) => all[Math.floor(n * every)]).filter(
      (connection) => connection !== undefined,
    );
  };

  const listener = createServer(accept).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    connections: () => connections.size,
    cut: (part) => {
      for (const { end } of share(part)) end();
    },
    refuse: (value) => {
      refusing = value;
    },
    lead: (toPort) => {
      leadsTo = toPort;
    },
    slow: (ms) => {
      delayMs = ms;
      for (const { toServer, toClient } of connections) {
        toServer.slow(ms);
        toClient.slow(ms);
      }
    },
    hold: (part, direction) => {
      const held = share(part).flatMap(({ toServer, toClient }) =>
        direction === "both" ? [toServer, toClient] : [toClient],
      );
      for (const link of held) link.hold(true);
      return () => {
        for (const link of held) link.hold(false);
      };
    },
    close: () => {
      listener.close();
      for (const { end } of connections) end();
    },
  };
};
