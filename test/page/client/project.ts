import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, extname, join } from "node:path";

export const root = join(import.meta.dirname, "../../..");
const modules = join(root, "node_modules");

const run = (program: string, args: string[], cwd: string, env = process.env): string =>
  execFileSync(program, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** Packs the package as `npm run client:pack` does, in a folder of its own: another test may build in client/ meanwhile. */
const packPackage = (folder: string): string => {
  const source = join(folder, "source");
  mkdirSync(source, { recursive: true });
  const args = ["--log-level", "error", "--out-dir", join(source, "dist")];
  run(join(modules, ".bin/tsdown"), args, join(root, "client"));
  for (const name of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"]) {
    copyFileSync(join(root, "client", name), join(source, name));
  }
  return join(source, run("npm", ["pack", "--silent", "--ignore-scripts"], source).trim());
};

export type Project = { folder: string } & AsyncDisposable;

/**
 * A folder as a frontend developer has it, with the packed package installed. It is inside of the clone, so that React and
 * the others are found in the clone's node_modules.
 */
export const makeProject = async (): Promise<Project> => {
  mkdirSync(join(root, "test-results"), { recursive: true });
  const folder = mkdtempSync(join(root, "test-results/project-"));
  const installed = join(folder, "node_modules/@lyvo/chat-client");
  mkdirSync(installed, { recursive: true });
  run("tar", ["-xzf", packPackage(folder), "-C", installed, "--strip-components", "1"], folder);
  return { folder, [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }) };
};

/** Files of an app in a folder of the project: those of a folder, or texts by their names. */
export const addApp = ({ folder }: Project, name: string, files: string | Record<string, string>): string => {
  const app = join(folder, name);
  if (typeof files === "string") cpSync(files, app, { recursive: true });
  else {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(app, file)), { recursive: true });
      writeFileSync(join(app, file), text);
    }
  }
  return app;
};

/** Checks the types of an app by its tsconfig.json. @throws with what the compiler says */
export const checkTypes = (app: string): void => {
  try {
    execFileSync(join(modules, ".bin/tsc"), ["-p", app], { cwd: root, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    throw new Error(String((error as { stdout?: string }).stdout), { cause: error });
  }
};

/**
 * Builds an app with Vite, with React for development: only there StrictMode mounts everything twice.
 * @returns the folder of what was built
 */
export const buildApp = (app: string, outDir: string, env: Record<string, string> = {}): string => {
  const vite = join(modules, "vite/bin/vite.js");
  const args = ["build", app, "--mode", "development", "--outDir", outDir, "--emptyOutDir", "--logLevel", "error"];
  run(process.execPath, [vite, ...args], root, { ...process.env, ...env, NODE_ENV: "development" });
  return outDir;
};

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Serves the files of these folders: of two with the same path, the one in the first folder that has it. */
export const serveFolders = async (...folders: string[]) => {
  const server = createServer(({ url = "/" }, response) => {
    const path = url.split("?")[0] ?? "";
    const file = folders
      .map((folder) => join(folder, path === "/" ? "index.html" : path))
      .find((one) => existsSync(one) && statSync(one).isFile());
    if (file === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    response.end(readFileSync(file));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
