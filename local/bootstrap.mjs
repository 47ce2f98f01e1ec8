// Every npm script starts with this file, so that a fresh clone needs only npm. It installs the dependencies if they are
// missing or outdated, and runs the given script with the Node that is one of them. It runs on Node 18 and newer, so
// it is plain JavaScript and imports only Node's own modules.
//   node local/bootstrap.mjs local/start.ts --fresh        dependencies of the product and the local stack
//   node local/bootstrap.mjs --dev test/run.ts             the development dependencies as well
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { constants as osConstants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const ownNode = join(modules, "node", "bin", "node");
const neededMajor = 24;

class Failure extends Error {}

/** The child process that is running. */
let child;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child?.kill(signal));
stopWithNpm();

try {
  const withDev = process.argv[2] === "--dev";
  const [script, ...args] = process.argv.slice(withDev ? 3 : 2);
  if (script === undefined) throw new Failure("Usage: node local/bootstrap.mjs [--dev] SCRIPT [ARGUMENT...]");
  if (!dependenciesMatch(withDev)) await installDependencies(withDev);
  const node = Number(process.versions.node.split(".")[0]) >= neededMajor ? process.execPath : await installedNode();
  process.exitCode = await run(node, [join(root, script), ...args], { ipc: true, node });
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/**
 * Whether node_modules matches package-lock.json, according to npm's own records. Only packages for other systems may be
 * missing and, without `withDev`, the development dependencies.
 */
function dependenciesMatch(withDev) {
  const wanted = readPackages(join(root, "package-lock.json"));
  const there = readPackages(join(modules, ".package-lock.json"));
  return Object.entries(wanted).every(([path, { version, integrity, optional, dev, devOptional }]) => {
    const found = there[path];
    if (path === "" || (found === undefined && (optional || devOptional || (dev && !withDev)))) return true;
    return found !== undefined && found.version === version && found.integrity === integrity;
  });
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : {};
}

/**
 * If packages are already installed, for example after `npm start`, npm adds only what is missing, so a stack that runs
 * from this clone keeps running.
 */
async function installDependencies(withDev) {
  const adds = withDev && dependenciesMatch(false);
  const what = adds ? "the development dependencies" : "the dependencies";
  const command = adds ? ["install", "--no-save"] : ["ci", ...(withDev ? [] : ["--omit=dev"])];
  console.log(`Installing ${what} with npm ${command[0]}: once now, and again when package-lock.json changes …`);
  const startedAt = Date.now();
  const args = [...command, "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  // npm passes the path of its own script to the scripts it runs, so npm need not be searched for.
  const code = npm?.endsWith("npm-cli.js") ? await run(process.execPath, [npm, ...args]) : await run("npm", args);
  if (code !== 0) {
    throw new Failure(
      `npm ${command[0]} ended with code ${code}, so ${what} are not installed: if npm reached no registry, check the ` +
        "network and `npm config get registry`, then start again.",
    );
  }
  console.log(`Installed ${what} in ${((Date.now() - startedAt) / 1000).toFixed(0)} s.`);
}

/** The Node that is a dependency. Its install script adds the binary, but npm may be configured to run no install scripts. */
async function installedNode() {
  if (isExecutable(ownNode)) return ownNode;
  console.log(`Installing Node ${neededMajor} …`);
  await run(process.execPath, ["installArchSpecificPackage.js"], { cwd: join(modules, "node") });
  if (isExecutable(ownNode)) return ownNode;
  throw new Failure(`Node ${neededMajor} is needed and npm did not install it: install it from https://nodejs.org.`);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Resolves to the exit code. If a node is given, its folder is first on the program's PATH. */
function run(command, args, { cwd = root, ipc = false, node } = {}) {
  const first = node === undefined ? [] : [dirname(node), join(modules, ".bin")];
  const env = { ...process.env, PATH: [...first, process.env.PATH ?? ""].join(delimiter) };
  // The channel closes when this process ends, even by SIGKILL, so the script notices it.
  const stdio = ["inherit", "inherit", "inherit", ...(ipc ? ["ipc"] : [])];
  child = spawn(command, args, { cwd, env, stdio, shell: process.platform === "win32" && command === "npm" });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Failure(`${command} cannot be started: ${error.message}`)));
    child.once("exit", (code, signal) => resolve(code ?? 128 + osConstants.signals[signal]));
  });
}

/** If npm is killed by SIGKILL, it sends no signal; this process, or the shell between the two, then has another parent. */
function stopWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const ancestors = () => `${process.ppid} ${parentOf(process.ppid)}`;
  const atStart = ancestors();
  setInterval(() => ancestors() !== atStart && child?.kill("SIGTERM"), 1_000).unref();
}

/** Only on Linux; on other systems the shell replaces itself with this process instead of waiting for it. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
  } catch {
    return "";
  }
}
