import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { choosePorts } from "../../local/choose-ports.ts";
import { localSettings } from "../../local/local-settings.ts";

describe("localSettings", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lyvo-chat-settings-"));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const settings = (env: NodeJS.ProcessEnv) =>
    localSettings({ env, secretsFile: join(folder, "secrets.json"), pagePort: 5003 });

  test("secrets are made up once and kept", () => {
    const first = settings({});
    expect(first["JWT_SECRET"]).toHaveLength(43);
    expect(first["JWT_SECRET"]).not.toBe(first["INTERNAL_API_KEY"]);
    expect(settings({})).toEqual(first);
  });

  test("what is configured wins, an empty value is not set, and the page may always connect", () => {
    const made = settings({ JWT_SECRET: "mine", INTERNAL_API_KEY: "", CORS_ORIGINS: "https://www.example.com" });
    expect(made["JWT_SECRET"]).toBe("mine");
    expect(made["INTERNAL_API_KEY"]).toHaveLength(43);
    expect(made["CORS_ORIGINS"]).toBe("https://www.example.com,http://localhost:5003,http://127.0.0.1:5003");
  });
});

describe("choosePorts", () => {
  test("a usual port that is taken is passed over, and it says so", async () => {
    await using taken = await listenFrom(5002);
    const lines: string[] = [];
    const ports = await choosePorts({ env: {}, nodeCount: 2, report: (line) => lines.push(line) });
    const all = [...ports.nodes.flatMap(({ port, opsPort }) => [port, opsPort]), ports.page, ports.consumersOpsPort];
    expect(all).not.toContain(taken.port);
    expect(new Set(all).size).toBe(6);
    expect(lines).toContainEqual(
      expect.stringMatching(/^Some usual ports are taken: the chat node 50\d\d instead of 5002/),
    );
  });

  test("a configured port that is taken is named with its setting", async () => {
    await using taken = await listenFrom(0);
    const choice = choosePorts({ env: { PORT: String(taken.port) }, nodeCount: 1, report: () => {} });
    await expect(choice).rejects.toThrow(`Port ${taken.port} (PORT) is taken by another program.`);
  });
});

/** Takes the port, unless something else has it already, which is as good. */
async function listenFrom(port: number): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer();
  const listening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    [Symbol.asyncDispose]: async () => {
      if (listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
