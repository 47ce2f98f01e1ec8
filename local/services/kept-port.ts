import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";

/**
 * The port in the file if it is free, else a new one, which is then written to the file: addresses stay the same from
 * one start to the next if possible.
 */
export async function keptPort(file: string): Promise<number> {
  const kept = readPort(file);
  if (kept !== undefined && (claims.has(kept) || (await claim(kept))) && (await isFree(kept))) return kept;
  const port = await freePort();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${port}\n`);
  return port;
}

/** The first port from this one on that is free and that no other process has claimed. */
export async function nextFreePort(first: number): Promise<number> {
  for (let port = first; port < first + 200; port += 1) if (await takePort(port)) return port;
  throw new Error(`No port is free from ${first} to ${first + 199}.`);
}

/** Below the range of ports for outgoing connections, so that the port is probably still free at the next start. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 29_999);
    if (await takePort(port)) return port;
  }
  throw new Error("No port is free from 20000 to 29999.");
}

/** The ports that this process has claimed, until it ends. */
const claims = new Map<number, Socket>();

/**
 * Claims a port. While a server restarts, its port is free for a moment, and another process that looks for a free port
 * could take it. So the claiming process binds the UDP port of the same number, which nothing here uses and which the
 * system frees however the process ends.
 */
async function claim(port: number): Promise<boolean> {
  if (claims.has(port)) return false;
  const socket = createSocket("udp4").unref();
  try {
    socket.bind({ port, address: "127.0.0.1", exclusive: true });
    await once(socket, "listening");
  } catch {
    socket.close();
    return false;
  }
  claims.set(port, socket);
  return true;
}

/** Claims this port for this process. @returns false if it is not free */
export async function takePort(port: number): Promise<boolean> {
  if (!(await claim(port))) return false;
  if (await isFree(port)) return true;
  claims.get(port)?.close();
  claims.delete(port);
  return false;
}

async function isFree(port: number): Promise<boolean> {
  // Both are tried: on some systems a server on all addresses leaves 127.0.0.1 free, and the other way round.
  return (await canListen(port, "127.0.0.1")) && (await canListen(port));
}

function canListen(port: number, host?: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function readPort(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, "utf8"));
    return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : undefined;
  } catch {
    return undefined;
  }
}
