import { join } from "node:path/posix";
import type { Node, SourceFile } from "typescript/unstable/ast";
import { isFunctionLikeDeclaration } from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";
import { root } from "./sources.ts";

/** `lines`: from its first line to its last, with what it has inside; a comment before it does not count. */
export type FunctionLength = { file: string; line: number; lines: number };

const configFile = join(root, "function-lengths.tsconfig.json");

// The compiler is asked for syntax alone: it looks for no types, and follows no import.
const configOf = (files: readonly string[]): string =>
  JSON.stringify({
    compilerOptions: { noLib: true, noResolve: true, types: [], allowImportingTsExtensions: true, noEmit: true },
    files,
  });

const lengthsIn = (file: string, source: SourceFile): FunctionLength[] => {
  const found: FunctionLength[] = [];
  const lineAt = (place: number): number => source.text.slice(0, place).split("\n").length;
  const visit = (node: Node): void => {
    if (isFunctionLikeDeclaration(node)) {
      const line = lineAt(node.getStart(source));
      found.push({ file, line, lines: lineAt(node.end) - line + 1 });
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
};

/**
 * Every function, method and arrow of these files, closures included, as the compiler sees them.
 * @param texts a file's text by its path from the clone's root
 */
export const functionLengths = (texts: ReadonlyMap<string, string>): FunctionLength[] => {
  const byPath = new Map([...texts].map(([file, text]) => [join(root, file), text]));
  const readFile = (path: string): string | undefined =>
    path === configFile ? configOf([...byPath.keys()]) : byPath.get(path);
  const api = new API({ cwd: root, fs: { readFile } });
  try {
    const [project] = api.updateSnapshot({ openProjects: [configFile] }).getProjects();
    return [...texts.keys()].flatMap((file) => {
      const source = project?.program.getSourceFile(join(root, file));
      if (source === undefined) throw new Error(`the compiler did not read ${file}`);
      return lengthsIn(file, source);
    });
  } finally {
    api.close();
  }
};
