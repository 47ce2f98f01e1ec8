import { type ChildProcess, spawn } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { testSettings } from "../support/start-node.ts";

const given = testSettings({ NODE_ENV: "production", LOG_LEVEL: "info" });

const start = (settings: NodeJS.ProcessEnv) => {
  const { NODE_OPTIONS: _, ...outer } = { PATH: process.env["PATH"] } as NodeJS.ProcessEnv;
  const child: ChildProcess = spawn(process.execPath, ["src/main.ts"], { env: { ...outer, ...settings } });
  let output = "";
  child.stdout?.on("data", (bytes) => (output += String(bytes)));
  child.stderr?.on("data", (bytes) => (output += String(bytes)));
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, output: () => output, exited };
};

describe("a chat node's process", () => {
  test("with a missing and a wrong setting does not start, and names both", async () => {
    const { exited, output } = start({ ...given, REDIS_URL: undefined, PORT: "http" });
    expect(await exited).toBe(1);
    expect(output()).toBe(
      "Settings are missing or wrong:\n  PORT: expected a port number from 0 to 65535\n" +
        "  REDIS_URL: missing, expected an address that starts with redis:// or rediss://\n",
    );
  });

  test("serves, and stops cleanly on SIGTERM", async () => {
    const { child, exited, output } = start(given);
    await until(() => output().includes("the chat node serves"));
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
    expect(output()).toContain('"msg":"stopped"');
  });

  test("waits for a database that is away at the start, and stops on SIGTERM while it waits", async () => {
    const { child, exited, output } = start({ ...given, MONGODB_URI: "mongodb://127.0.0.1:9/x?replicaSet=rs0" });
    await until(() => output().includes("mongodb is away"));
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
  });
});
