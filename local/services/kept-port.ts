import { randomInt } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";

/**
 * The port named in the file if it is free, else a new one that the file then names: addresses stay the same from one
 * start to the next wherever possible.
 */
export async function keptPort(file: string): Promise<number> {
  const kept = readPort(file);
  if (kept !== undefined && (claims.has(kept) || (await claim(kept))) && (await isFree(kept))) return kept;
  const port = await freePort();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${port}\n`);
  return port;
}

/** The first port from this one on that is free and that nobody else was given. */
export async function nextFreePort(first: number): Promise<number> {
  for (let port = first; port < first + 200; port += 1) if (await takePort(port)) return port;
  throw new Error(`No port is free from ${first} to ${first + 199}.`);
}

/** Below the range that systems hand out to outgoing connections, so that it is likely still free at the next start. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 29_999);
    if (await takePort(port)) return port;
  }
  throw new Error("No port is free from 20000 to 29999.");
}

/** The ports that this process was given, until it ends. */
const claims = new Map<number, Socket>();

/**
 * A port is free again while what listens on it is killed and started anew, and not yet taken while it starts: others
 * who look for one in that time would take it. So whoever is given a port holds the UDP port of the same number, which
 * nothing here speaks on and which the system gives back however the process ends.
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

/** Whether this port is free, and this process's from now on. */
export async function takePort(port: number): Promise<boolean> {
  if (!(await claim(port))) return false;
  if (await isFree(port)) return true;
  claims.get(port)?.close();
  claims.delete(port);
  return false;
}

async function isFree(port: number): Promise<boolean> {
  // Both, since a server on every address leaves 127.0.0.1 free on some systems, and the other way round.
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
