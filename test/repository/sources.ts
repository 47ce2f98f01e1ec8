import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export type Import = {
  /** The file that imports, from the clone's root. */
  from: string;
  /** A package's name, `node:…`, or the imported file from the clone's root. */
  to: string;
  /** A type only: gone when the program runs. */
  typeOnly: boolean;
};

const folders = ["src", "consumers", "client", "local", "test", "bench"];

// The formatter puts every import and every export from elsewhere at the start of a line.
const statement = /^(?:import|export)\s+(?:(type)\s+)?(?:([^"';]*?)\s*from\s+)?"([^"\n]+)"/gm;
const call = /\b(?:import|require|resolve)\(\s*"([^"\n]+)"/g;

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const target = (from: string, specifier: string): string => {
  if (specifier.startsWith(".")) return join(dirname(from), specifier);
  return specifier.startsWith("node:") ? specifier : packageOf(specifier);
};

const onlyTypes = (names: string | undefined): boolean =>
  names !== undefined &&
  names.startsWith("{") &&
  names
    .slice(1, -1)
    .split(",")
    .filter((name) => name.trim() !== "")
    .every((name) => name.trim().startsWith("type "));

/** What a file imports: statements, exports from elsewhere, and calls of `import`, `require` and `resolve`. */
export const importsIn = (from: string, text: string): Import[] => [
  ...[...text.matchAll(statement)].map(([, type, names, specifier = ""]) => ({
    from,
    to: target(from, specifier),
    typeOnly: type !== undefined || onlyTypes(names),
  })),
  ...[...text.matchAll(call)].map(([, specifier = ""]) => ({ from, to: target(from, specifier), typeOnly: false })),
];

export const read = (path: string): string => readFileSync(join(root, path), "utf8");

const listFolder = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path.replaceAll("\\", "/")))
    // What was built is not ours to keep in order.
    .filter((path) => path.endsWith(".ts") && !path.startsWith("client/dist/"));

const present = readdirSync(root);

/** Every TypeScript file of the project, from the clone's root. */
export const sourceFiles: string[] = folders.filter((folder) => present.includes(folder)).flatMap(listFolder);

/** Every import of the project. */
export const imports: Import[] = sourceFiles.flatMap((path) => importsIn(path, read(path)));

/** As one line in a failed test. */
export const shown = ({ from, to }: Import): string => `${from} imports ${to}`;

export const isIn = (folder: string, path: string): boolean => path.startsWith(`${folder}/`);
