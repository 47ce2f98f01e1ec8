import type { IncomingMessage, Server } from "node:http";
import { addressKey, clientKey } from "../caller/address-key.ts";
import { createMostConnections } from "./descriptors.ts";

/** Why a connection was not taken: its address has too many, or the node. */
export type ConnectionRefusal = "address" | "node";

type Parts = {
  /** 0: no limit. */
  perAddress: number;
  /** How many proxies in front of us add to X-Forwarded-For. */
  trustedProxies: number;
  onRefused: (why: ConnectionRefusal) => void;
};

/** A connection or a response, which ends some time. */
type Ending = { once: (event: "close", listener: () => void) => unknown };
/** Takes a place for an address until what is given ends. @returns false where the address has none left */
export type HoldPlace = (request: IncomingMessage, until: Ending) => boolean;

const createPlaces = (most: () => number) => {
  const held = new Map<string, number>();
  const leave = (key: string): void => {
    const left = (held.get(key) ?? 1) - 1;
    if (left === 0) held.delete(key);
    else held.set(key, left);
  };
  return (key: string, until: Ending): boolean => {
    const count = held.get(key) ?? 0;
    if (count >= most()) return false;
    held.set(key, count + 1);
    until.once("close", () => leave(key));
    return true;
  };
};

/**
 * Bounds the connections of an address from their first moment on, and all of them so that descriptors are left for ops
 * and for the database. One address gets no more than half of what the node can hold.
 *
 * Behind proxies a connection's own address is a proxy's, and it carries the requests of many clients. There the client
 * holds a place for as long as its websocket is open, or its request under way.
 * @returns how a websocket or a request takes its place; always true where connections are counted themselves
 */
export const limitConnections = (server: Server, { perAddress, trustedProxies, onRefused }: Parts): HoldPlace => {
  const mostOfNode = createMostConnections();
  const take = createPlaces(() => (perAddress === 0 ? Infinity : Math.min(perAddress, Math.ceil(mostOfNode() / 2))));

  server.prependListener("connection", (socket) => {
    server.maxConnections = mostOfNode();
    if (trustedProxies > 0 || take(addressKey(socket.remoteAddress ?? "") ?? "unknown", socket)) return;
    onRefused("address");
    socket.destroy();
  });
  server.on("drop", () => {
    server.maxConnections = mostOfNode();
    onRefused("node");
  });
  return (request, until) => {
    if (trustedProxies === 0 || take(clientKey(request, trustedProxies), until)) return true;
    onRefused("address");
    return false;
  };
};
