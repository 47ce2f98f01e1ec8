import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export type Settings = Record<string, string>;

export interface LocalSettingsOptions {
  /** Settings from the user; they have priority, except that the page's origins are always allowed. */
  env: NodeJS.ProcessEnv;
  /** Stores the generated secrets, so that tokens stay valid after a restart. */
  secretsFile: string;
  pagePort: number;
}

/** The settings that the processes of a local stack need in addition to addresses and ports. */
export function localSettings({ env, secretsFile, pagePort }: LocalSettingsOptions): Settings {
  const pageOrigins = [`http://localhost:${pagePort}`, `http://127.0.0.1:${pagePort}`];
  const given = Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value ? [[name, value]] : [])));
  const origins = new Set([...(given["CORS_ORIGINS"]?.split(",") ?? []), ...pageOrigins]);
  return {
    NODE_ENV: "development",
    // A stack with generated secrets is open to this machine only.
    HOST: "127.0.0.1",
    LOG_LEVEL: "warn",
    ATTACHMENT_HOSTS: "images.unsplash.com,upload.wikimedia.org,picsum.photos,images.example.com",
    ...keptSecrets(secretsFile),
    ...given,
    CORS_ORIGINS: [...origins].join(","),
  };
}

function keptSecrets(file: string): Settings {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const secret = () => randomBytes(32).toString("base64url");
  const secrets = { JWT_SECRET: secret(), INTERNAL_API_KEY: secret() };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}
