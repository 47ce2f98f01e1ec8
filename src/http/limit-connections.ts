import type { IncomingMessage, Server } from "node:http";
import { addressKey, clientKey } from "../caller/address-key.ts";
import { createMostConnections } from "./descriptors.ts";

/** Why a connection was refused: its address has too many, or the node. */
export const connectionRefusals = ["address", "node"] as const;
export type ConnectionRefusal = (typeof connectionRefusals)[number];

type Parts = {
  /** 0: no limit. */
  perAddress: number;
  /** How many proxies in front of us add to X-Forwarded-For. */
  trustedProxies: number;
  onRefused: (why: ConnectionRefusal) => void;
};

/** A connection or a response, which emits `close` at its end. */
type Ending = { once: (event: "close", listener: () => void) => unknown };
/** Takes one of an address's places until the connection or the response ends. @returns false if the address has no place left */
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
 * Limits the connections of an address from the first byte on, and the total, so that descriptors are left for ops
 * and for the database. One address gets at most half of what the node can hold.
 *
 * Behind proxies, a connection's address is the proxy's, and it carries the requests of many clients. There a client
 * takes a place for as long as its websocket is open or its request is under way.
 * @returns takes the place of a websocket or a request; always true without proxies, where connections are counted
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
