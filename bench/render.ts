import type { Measured, MeasuredRatio, MeasuredRow } from "./measured.ts";
import type { Target } from "./outcome.ts";

const order = ["plain", "ours", "relay", "write"];

/** Three significant digits; a dash for figures that were not measured or cannot be divided. */
const figure = (value: number | null | undefined): string => {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
};

const targetOf = (target: Target | undefined): string => {
  if (target === undefined) return "";
  return "atLeast" in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`;
};

const isReached = ({ value, target }: MeasuredRatio): string => {
  if (target === undefined) return "";
  return ("atLeast" in target ? value >= target.atLeast : value <= target.atMost) ? "yes" : "**no**";
};

const table = (head: string[], lines: string[][]): string => {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? "---" : "---:"))), ...lines.map(line)].join("\n");
};

const figuresTable = (rows: MeasuredRow[]): string => {
  const systems = order.filter((system) => rows.some(({ values }) => system in values));
  return table(
    ["", "unit", ...systems],
    rows.map(({ what, unit, values }) => [what, unit, ...systems.map((system) => figure(values[system]))]),
  );
};

const ratiosTable = (ratios: MeasuredRatio[]): string =>
  table(
    ["ratio", "median", "turns", "target", "reached"],
    ratios.map((ratio) => [
      ratio.what,
      `**${figure(ratio.value)}**`,
      ratio.turns.map(figure).join(", "),
      targetOf(ratio.target),
      isReached(ratio),
    ]),
  );

/** One scenario as a section. */
export const renderSection = ({ title, about, ...measured }: Measured): string =>
  [
    `## ${title}`,
    about,
    `\`--only ${measured.name}\`, ${measured.loads.length} turns of ${measured.seconds} s, commit ${measured.commit}, ` +
      `${measured.at.slice(0, 16).replace("T", " ")} UTC, load average before the turns ${measured.loads.map(figure).join(", ")}.`,
    ...(measured.ratios.length > 0 ? [ratiosTable(measured.ratios)] : []),
    figuresTable(measured.rows),
  ].join("\n\n");

const head = `# Measured

Written by \`npm run bench\` (see bench/README.md for what is compared with what); change the bench, not this file.
Everything runs on one machine, load generator and servers together, so look at the proportions. In every turn all
systems are measured one after the other on the same MongoDB (a replica set of one) and Redis; a ratio is taken within
each turn, and the figures are medians over the turns. p50 and p99 are in milliseconds.

**plain**: the design this service began as · **ours** · **relay**: Socket.IO that saves nothing · **write**: the driver's bare insertMany, majority and journal`;

/** The whole page. `notes` is the text about the figures. */
export const renderResults = (sections: Measured[], machine: string, notes: string): string => {
  const withTarget = sections.flatMap(({ title, ratios }) =>
    ratios.filter(({ target }) => target !== undefined).map((ratio) => ({ title, ratio })),
  );
  const reached = table(
    ["", "ratio", "median", "target", "reached"],
    withTarget.map(({ title, ratio }) => [
      title,
      ratio.what,
      figure(ratio.value),
      targetOf(ratio.target),
      isReached(ratio),
    ]),
  );
  return `${[head, `Machine: ${machine}`, "## Targets", reached, notes.trim(), ...sections.map(renderSection)].filter((part) => part !== "").join("\n\n")}\n`;
};
