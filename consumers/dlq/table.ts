const gap = "  ";
const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/** The widest that a column but the last may be. */
const mostColumn = 40;

/** Columns as wide as their widest cell; the last one takes what the line has left. */
export const table = (heads: string[], rows: string[][], width: number | null): string[] => {
  const lines = [heads, ...rows];
  const widths = heads.map((_, column) =>
    Math.min(mostColumn, Math.max(...lines.map((cells) => cells[column]?.length ?? 0))),
  );
  return lines.map((cells) => {
    const line = cells
      .map((cell, column) =>
        column === heads.length - 1 ? cell : cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0),
      )
      .join(gap)
      .trimEnd();
    return width === null ? line : cut(line, width);
  });
};
