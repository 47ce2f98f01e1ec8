/** A column, and whether its cells may be truncated if the line is too long. The last column always gets the rest. */
export type Column = { head: string; canBeCut?: boolean };

const gap = "  ";

/** The largest width of a column except the last, and the smallest width of a truncated one. */
const mostWidth = 40;
const leastWidth = 10;

/** With less room than this the last column is printed below the others. */
const leastLast = 30;

/**
 * Columns are as wide as their widest cell; if the line is too short, columns that may be truncated become narrower. The
 * last column gets the rest of the line, or a separate line:
 *
 *     ID   REASON       BYTES
 *     0/3  wrong_shape  1204
 *          ownerId: expected text, received a number
 */
export const table = (columns: Column[], rows: string[][], width: number): string[] => {
  const first = columns.slice(0, -1);
  const lines = [columns.map(({ head }) => head), ...rows];
  const beside = widthsOf(first, lines, width - leastLast - gap.length);
  const room = width - lengthOf(beside) - gap.length;
  if (room >= Math.min(leastLast, widest(lines, first.length))) return joined(lines, beside, room);
  return below(lines, widthsOf(first, lines, width), width);
};

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

const widest = (lines: string[][], column: number): number =>
  lines.reduce((most, cells) => Math.max(most, cells[column]?.length ?? 0), 0);

const lengthOf = (widths: number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);

/** The widths of the widest cells, reduced until all columns fit together. */
const widthsOf = (columns: Column[], lines: string[][], most: number): number[] => {
  const full = columns.map((_, column) => Math.min(mostWidth, widest(lines, column)));
  const limited = (limit: number): number[] =>
    full.map((width, column) => (columns[column]?.canBeCut ? Math.min(width, limit) : width));
  let limit = mostWidth;
  while (limit > leastWidth && lengthOf(limited(limit)) > most) limit -= 1;
  return limited(limit);
};

const padded = (cells: string[], widths: number[]): string =>
  widths.map((width, column) => cut(cells[column] ?? "", width).padEnd(width)).join(gap);

const joined = (lines: string[][], widths: number[], room: number): string[] =>
  lines.map((cells) => `${padded(cells, widths)}${gap}${cut(cells.at(-1) ?? "", room)}`.trimEnd());

const below = (lines: string[][], widths: number[], width: number): string[] => {
  const indent = " ".repeat((widths[0] ?? 0) + gap.length);
  return lines.flatMap((cells, index) => {
    const line = padded(cells, widths).trimEnd();
    const last = index === 0 ? "" : (cells.at(-1) ?? "");
    return last === "" ? [line] : [line, `${indent}${cut(last, Math.max(leastLast, width - indent.length))}`];
  });
};
