import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";

export type Bundle = AsyncDisposable & { file: string };

/** A program and all that it imports as one file, which Node loads in half of the processor time. */
export const bundle = async (program: string): Promise<Bundle> => {
  const folder = await mkdtemp(join(tmpdir(), "lyvo-chat-bundle-"));
  const file = join(folder, "main.mjs");
  await using parts = await rolldown({ input: program, platform: "node", logLevel: "silent" });
  await parts.write({ file, format: "esm", codeSplitting: false });
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
};
