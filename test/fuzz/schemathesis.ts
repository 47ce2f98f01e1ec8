import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findOnPath } from "../../local/services/binary/find-on-path.ts";
import { startChild } from "../../local/services/runs/child-process.ts";
import type { Run } from "../../local/services/runs/run.ts";
import { anApprovedChat } from "../support/chat-client.ts";
import { openNodeProcesses } from "../support/node-process.ts";
import { apiKey, tokenFor } from "../support/start-node.ts";
import { uploadSettings } from "../support/uploads.ts";

const version = "4.32.5";
const home = fileURLToPath(new URL(`../../.local/schemathesis-${version}`, import.meta.url));
const program = join(home, "bin/schemathesis");

type Options = { seconds: number; seed: number; folder: string; run: Run; report: (line: string) => void };

// It writes its notes where it runs.
const runToEnd = async (
  command: string,
  args: string[],
  { run, folder }: Pick<Options, "run" | "folder">,
): Promise<number | null> => {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
  const child = await startChild({ name: "schemathesis", command, args, env, cwd: folder, output: "inherit", run });
  return (await child.exited).code;
};

const install = async (python: string, where: Pick<Options, "run" | "folder">): Promise<boolean> => {
  if (existsSync(program)) return true;
  await mkdir(home, { recursive: true });
  if ((await runToEnd(python, ["-m", "venv", home], where)) !== 0) return false;
  return (await runToEnd(join(home, "bin/pip"), ["install", "--quiet", `schemathesis==${version}`], where)) === 0;
};

// Not asked for: that all is taken which the schema allows. Of hosts, clean text and the order of times it knows nothing.
const leftOut = "positive_data_acceptance";

/** A revoked user gets nothing but 401, so another one than the user of the token is revoked. */
const configOf = (chatId: string, userId: string): string =>
  [
    "[parameters]",
    `"path.chatId" = "${chatId}"`,
    `"path.userId" = "${userId}"`,
    "[[operations]]",
    'include-operation-id = "revokeUser"',
    "[operations.parameters]",
    '"path.userId" = "revoked-user"',
  ].join("\n");

/**
 * Holds a node against its OpenAPI document with schemathesis, which knows nothing of us.
 * @returns whether it found nothing; null where there is no Python, or no schemathesis can be had
 */
export const runSchemathesis = async ({ seconds, seed, folder, run, report }: Options): Promise<boolean | null> => {
  const python = findOnPath("python3", process.env);
  if (python === undefined || !(await install(python, { run, folder }))) {
    report("schemathesis: left out, since it needs python3 with venv, and PyPI the first time");
    return null;
  }
  await using processes = await openNodeProcesses();
  const node = await processes.startNode(uploadSettings());
  const { chatId, ownerId } = await anApprovedChat(node);
  const config = join(folder, "schemathesis.toml");
  await writeFile(config, configOf(chatId, ownerId));
  const { href } = new URL("/api/chat/docs/openapi.json", node.url);
  const headers = [
    `Authorization: Bearer ${tokenFor(ownerId, { expiresInS: seconds + 3_600 })}`,
    `X-API-Key: ${apiKey}`,
  ];
  const args = ["--config-file", config, "run", href, "--seed", `${seed}`, "--max-time", `${seconds}`];
  const more = ["--exclude-checks", leftOut, "--generation-database", "none", ...headers.flatMap((one) => ["-H", one])];
  const code = await runToEnd(program, [...args, ...more], { run, folder });
  return code === 0 && node.isRunning();
};
