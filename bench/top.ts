import { readFileSync } from "node:fs";

// node bench/top.ts FILE.cpuprofile [how many]: where the time went, as shares of the time in which the process was busy:
// self time by package and by function, and total time by function.
type Frame = { functionName: string; url: string; lineNumber: number };
type ProfileNode = { id: number; callFrame: Frame; children?: number[] };
type Profile = { nodes: ProfileNode[]; samples: number[]; timeDeltas: number[] };

const [file = "", most = "40"] = process.argv.slice(2);
const profile: Profile = JSON.parse(readFileSync(file, "utf8"));
const nodes = new Map(profile.nodes.map((node) => [node.id, node]));

const placeOf = (url: string): string => {
  const modules = url.lastIndexOf("node_modules/");
  return modules === -1 ? url.replace(/^.*\/(src|bench|consumers)\//, "$1/") : url.slice(modules + 13);
};

const packageOf = ({ url, functionName }: Frame): string => {
  if (url === "") return functionName;
  const place = placeOf(url);
  if (!url.includes("node_modules/")) return place;
  return place.split("/", place.startsWith("@") ? 2 : 1).join("/");
};

const nameOf = ({ functionName, url, lineNumber }: Frame): string =>
  `${functionName || "(anonymous)"} ${placeOf(url)}:${lineNumber + 1}`;

const add = (sums: Map<string, number>, key: string, value: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + value);
};

const own = new Map<number, number>();
for (const [index, id] of profile.samples.entries()) {
  own.set(id, (own.get(id) ?? 0) + (profile.timeDeltas[index] ?? 0));
}

const byPackage = new Map<string, number>();
const byFunction = new Map<string, number>();
const withCalled = new Map<string, number>();
let busy = 0;

/** @returns the time of a node and all that it called; a function within itself is added once */
const visit = (id: number, above: ReadonlySet<string>): number => {
  const node = nodes.get(id);
  if (node === undefined || node.callFrame.functionName === "(idle)") return 0;
  const name = nameOf(node.callFrame);
  const self = own.get(id) ?? 0;
  busy += self;
  add(byPackage, packageOf(node.callFrame), self);
  add(byFunction, name, self);
  const within = new Set(above).add(name);
  const total = (node.children ?? []).reduce((sum, child) => sum + visit(child, within), self);
  if (!above.has(name)) add(withCalled, name, total);
  return total;
};

const print = (title: string, sums: Map<string, number>): void => {
  console.log(`\n${title}`);
  const sorted = [...sums].sort(([, one], [, other]) => other - one).slice(0, Number(most));
  for (const [key, value] of sorted) console.log(`${((value / busy) * 100).toFixed(1).padStart(5)} %  ${key}`);
};

visit(profile.nodes[0]?.id ?? 0, new Set());
console.log(`busy for ${(busy / 1e6).toFixed(2)} s`);
print("Own time by file of ours, package, or native work", byPackage);
print("Own time by function", byFunction);
print("Time with all that was called, by function", withCalled);
