import { randomInt } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";

/**
 * The port named in the file if it is free, else a new one that the file then names: addresses stay the same from one
 * start to the next wherever possible.
 */
export async function keptPort(file: string): Promise<number> {
  const kept = readPort(file);
  if (kept !== undefined && (await isFree(kept))) return kept;
  const port = await freePort();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${port}\n`);
  return port;
}

/** The first free port from this one on that is not spoken for. */
export async function nextFreePort(first: number, spokenFor: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = first; port < first + 200; port += 1) if (!spokenFor.has(port) && (await isFree(port))) return port;
  throw new Error(`No port is free from ${first} to ${first + 199}.`);
}

/** Below the range that systems hand out to outgoing connections, so that it is likely still free at the next start. */
export async function freePort(spokenFor: ReadonlySet<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 29_999);
    if (!spokenFor.has(port) && (await isFree(port))) return port;
  }
  throw new Error("No port is free from 20000 to 29999.");
}

export async function isFree(port: number): Promise<boolean> {
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
