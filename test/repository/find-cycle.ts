import type { Import } from "./sources.ts";

/**
 * The first way by which a file imports itself, null where there is none.
 *
 *     a → b → c, c → b    gives    ["b", "c", "b"]
 */
export const findCycle = (imports: readonly Import[]): string[] | null => {
  const next = Map.groupBy(imports, ({ from }) => from);
  const cleared = new Set<string>();

  const follow = (file: string, way: string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (cleared.has(file)) return null;
    for (const { to } of next.get(file) ?? []) {
      const cycle = follow(to, [...way, file]);
      if (cycle !== null) return cycle;
    }
    cleared.add(file);
    return null;
  };

  for (const file of next.keys()) {
    const cycle = follow(file, []);
    if (cycle !== null) return cycle;
  }
  return null;
};
