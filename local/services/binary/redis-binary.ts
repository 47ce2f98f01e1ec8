import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { keptPort } from "../kept-port.ts";
import type { ProvidedService, WayOptions } from "../service.ts";
import { startBinaryService } from "./binary-service.ts";
import { findRedis } from "./find-redis.ts";

export async function startRedisBinary(options: WayOptions): Promise<ProvidedService> {
  const program = await findRedis(options);
  const folder = join(options.folder, "redis");
  const port = await keptPort(join(folder, "port"));
  return startBinaryService({
    ...options,
    ...program,
    name: "redis",
    address: `redis://127.0.0.1:${port}`,
    args: redisArguments({ folder: join(folder, "data"), port, keep: options.keep ?? true }),
    logFile: join(folder, "redis.log"),
    isReady: () => answersPing(port),
  });
}

function redisArguments({ folder, port, keep }: { folder: string; port: number; keep: boolean }): string[] {
  mkdirSync(folder, { recursive: true });
  const settings = {
    bind: "127.0.0.1",
    port,
    dir: folder,
    save: "",
    appendonly: keep ? "yes" : "no",
    loglevel: "warning",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** Sends PING as an inline command. Anything except +PONG, such as -LOADING, means "not yet". */
export async function answersPing(port: number, host = "127.0.0.1"): Promise<boolean> {
  const socket = connect(port, host);
  try {
    socket.setTimeout(1_000, () => socket.destroy(new Error("no answer")));
    socket.write("PING\r\n");
    const [answer] = await once(socket, "data");
    return String(answer).startsWith("+PONG");
  } finally {
    socket.destroy();
  }
}
