import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { freePort, keptPort, takePort } from "../../local/services/kept-port.ts";

const module = new URL("../../local/services/kept-port.ts", import.meta.url).href;

test("a port that one process was given, and does not listen on yet, is nobody else's until that process ends", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lyvo-chat-ports-"));
  const script = `import { freePort } from ${JSON.stringify(module)}; console.log(await freePort()); setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(other, "exit");
  try {
    const [line] = (await once(other.stdout.setEncoding("utf8"), "data")) as [string];
    const port = Number(line);
    expect(port).toBeGreaterThan(19_999);
    expect(await takePort(port)).toBe(false);
    const file = join(folder, "port");
    await writeFile(file, `${port}\n`);
    const instead = await keptPort(file);
    expect(instead).not.toBe(port);
    expect(Number(await readFile(file, "utf8"))).toBe(instead);
    // Its own is kept, at each start anew.
    expect(await keptPort(file)).toBe(instead);

    other.kill("SIGKILL");
    await ended;
    expect(await takePort(port)).toBe(true);
  } finally {
    other.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true });
  }
});

test("the same port is never given twice", async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  expect(new Set(ports).size).toBe(ports.length);
});
