import { type ChildProcess, spawn } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { until } from "../support/chat-client.ts";
import { uniqueName } from "../support/services.ts";
import { apiKey, databaseUri, jwtSecret } from "../support/start-node.ts";

const given = {
  NODE_ENV: "production",
  HOST: "127.0.0.1",
  PORT: "0",
  OPS_PORT: "0",
  MONGODB_URI: databaseUri(uniqueName("process")),
  REDIS_URL: process.env["REDIS_URL"],
  KAFKA_BROKERS: process.env["KAFKA_BROKERS"],
  JWT_SECRET: jwtSecret,
  INTERNAL_API_KEY: apiKey,
  CORS_ORIGINS: "https://www.lyvo.example",
  ATTACHMENT_HOSTS: "images.example.com",
};

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
  test("with a setting missing and one wrong does not start, and names both", async () => {
    const { exited, output } = start({ ...given, REDIS_URL: undefined, PORT: "http" });
    expect(await exited).toBe(1);
    expect(output()).toBe("Settings are missing or wrong:\n  PORT: expected a port number\n  REDIS_URL: missing\n");
  });

  test("serves, and stops cleanly on SIGTERM", async () => {
    const { child, exited, output } = start(given);
    await until(() => output().includes("the chat node serves"), 20_000);
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
    expect(output()).toContain('"msg":"stopped"');
  }, 40_000);

  test("waits for a database that is away at the start, and stops on SIGTERM while it waits", async () => {
    const { child, exited, output } = start({ ...given, MONGODB_URI: "mongodb://127.0.0.1:9/x?replicaSet=rs0" });
    await until(() => output().includes("mongodb is away"), 20_000);
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
  }, 40_000);
});
