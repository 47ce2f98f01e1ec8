import { gzipSync } from "node:zlib";
import { type OutputChunk, rolldown } from "rolldown";

// Bundles a file as its user would, and prints what that weighs, gzipped: `first`, what a page loads before it runs;
// `all`, with what is loaded later; `oneFile`, where the bundler makes one file of it.
const [input = ""] = process.argv.slice(2);

const chunksOf = async (codeSplitting: boolean): Promise<OutputChunk[]> => {
  await using bundle = await rolldown({ input, external: ["socket.io-client", "react"], platform: "browser" });
  const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting });
  return output.filter((file) => file.type === "chunk");
};
const weigh = (chunks: readonly OutputChunk[]): number =>
  chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);

const split = await chunksOf(true);
const loadedWith = (name: string, known: Set<string> = new Set()): Set<string> => {
  const chunk = split.find(({ fileName }) => fileName === name);
  if (!chunk || known.has(name)) return known;
  known.add(name);
  for (const imported of chunk.imports) loadedWith(imported, known);
  return known;
};
const first = loadedWith(split.find(({ isEntry }) => isEntry)?.fileName ?? "");
console.log(
  JSON.stringify({
    first: weigh(split.filter(({ fileName }) => first.has(fileName))),
    all: weigh(split),
    oneFile: weigh(await chunksOf(false)),
  }),
);
