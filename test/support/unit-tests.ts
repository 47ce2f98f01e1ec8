import { imports, isIn, sourceFiles } from "../repository/sources.ts";

/** What brings a service or a process up, or asks for one's address. */
const bringers = new Set(["test/support/services.ts", "test/support/start-node.ts", "test/rest/open-rest.ts"]);
const needsMore = (path: string): boolean => bringers.has(path) || isIn("local", path) || isIn("test/page", path);

const importedBy = Map.groupBy(imports, ({ from }) => from);

const needsServices = (path: string, seen = new Set<string>()): boolean => {
  if (needsMore(path)) return true;
  if (seen.has(path)) return false;
  seen.add(path);
  const needed = importedBy.get(path)?.filter(({ typeOnly }) => !typeOnly) ?? [];
  return needed.some(({ to }) => needsServices(to, seen));
};

/** The tests that need no service: nothing that they import, near or far, brings one up. They take seconds. */
export const unitTests = (): string[] =>
  sourceFiles.filter((path) => path.endsWith(".test.ts") && !isIn("test/local", path) && !needsServices(path));
