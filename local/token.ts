import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeToken } from "./make-token.ts";

// npm run token -- USER: prints a token of that user, and nothing else on the standard output:
//   curl -H "Authorization: Bearer $(npm run -s token -- mara-lindqvist)" …
const envFile = fileURLToPath(new URL("../.env", import.meta.url));
if (existsSync(envFile)) process.loadEnvFile(envFile);
const secretsFile = fileURLToPath(new URL("../.local/secrets.json", import.meta.url));
try {
  console.log(makeToken({ args: process.argv.slice(2), env: process.env, secretsFile }));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
