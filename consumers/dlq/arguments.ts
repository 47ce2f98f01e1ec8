import { parseArgs } from "node:util";
import { fieldNames, isFiltering, readCondition, type Selection } from "./selection.ts";

export const usage = `Looks after the dead letters: records that could never succeed, kept in BOOKING_DLQ_TOPIC.

npm run dlq -- COMMAND [options]

  list                  a table of the open ones, the newest last
    --all               also those that were redriven or discarded
    --limit NUMBER      at most so many, the newest (default 50; 0: all of them)
    --json              one JSON object a line
  show ID               one of them with its headers and its value; its id is the first column of the list
    --json
  redrive               sends the open ones back to the topics they came from, then marks each as redriven: called
                        again it sends none of those a second time. To topics of BOOKING_TOPICS and no others
    --dry-run           only says what it would send
  purge                 deletes those that were redriven or discarded. With --where or --before it first discards the
                        open ones that match. Kafka deletes from the beginning of a partition only: what stands
                        behind a letter that stays is marked, not listed any more, and deleted by a later purge
    --all               all of them, also the open ones
    --dry-run           only says what it would delete
    --yes               asks no question

  --where FIELD=VALUE   for list, redrive and purge: only those whose field is the value, or one of several, as in
                        reason=not_json,not_utf8. Fields: ${fieldNames.join(", ")}. All must hold where it is given twice
  --before TIME         for list, redrive and purge: only those put there before 2026-11-22 or 2026-11-22T10:00:00Z
  --help

Settings, from the environment: KAFKA_BROKERS, KAFKA_CLIENT_ID, KAFKA_GROUP_ID, KAFKA_SSL, KAFKA_SASL_…,
BOOKING_DLQ_TOPIC, BOOKING_TOPICS. The codes it ends with: 0 done, 1 not done or not all of it, 2 wrong arguments or settings.
`;

/** The arguments are wrong. The message says why. */
export class UsageError extends Error {}

export type Arguments =
  | { command: "help" }
  | { command: "list"; selection: Selection; all: boolean; limit: number; json: boolean }
  | { command: "show"; id: string; json: boolean }
  | { command: "redrive"; selection: Selection; dryRun: boolean }
  | { command: "purge"; selection: Selection; all: boolean; dryRun: boolean; yes: boolean };

const options = {
  where: { type: "string", multiple: true },
  before: { type: "string" },
  all: { type: "boolean" },
  limit: { type: "string" },
  json: { type: "boolean" },
  "dry-run": { type: "boolean" },
  yes: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const allowed: Record<string, readonly string[]> = {
  list: ["where", "before", "all", "limit", "json"],
  show: ["json"],
  redrive: ["where", "before", "dry-run"],
  purge: ["where", "before", "all", "dry-run", "yes"],
};

/** @throws UsageError */
export const readArguments = (args: string[]): Arguments => {
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  if (values.help || command === "help") return { command: "help" };
  if (command === undefined) throw new UsageError("a command is missing: list, show, redrive or purge");
  const known = Object.hasOwn(allowed, command) ? allowed[command] : undefined;
  if (known === undefined) throw new UsageError(`there is no command "${command}": list, show, redrive or purge`);
  const wrong = Object.keys(values).find((name) => !known.includes(name));
  if (wrong !== undefined) throw new UsageError(`${command} knows no --${wrong}`);
  const most = command === "show" ? 1 : 0;
  if (rest.length > most) throw new UsageError(`${command} does not know what to do with "${rest[most]}"`);
  return build(command, rest[0], values);
};

const parse = (args: string[]) => {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const build = (command: string, id: string | undefined, values: ReturnType<typeof parse>["values"]): Arguments => {
  const { all = false, json = false, "dry-run": dryRun = false, yes = false } = values;
  if (command === "show") return { command, id: readId(id), json };
  const selection = readSelection(values.where, values.before);
  if (command === "list") return { command, selection, all, limit: readLimit(values.limit), json };
  if (command === "redrive") return { command, selection, dryRun };
  if (all && isFiltering(selection)) throw new UsageError("purge takes --all, or --where and --before, not both");
  return { command: "purge", selection, all, dryRun, yes };
};

const readId = (id: string | undefined): string => {
  if (id === undefined) throw new UsageError("show needs an id, as in: show 3/42");
  if (!/^\d+\/\d+$/.test(id)) throw new UsageError(`"${id}" is no id: expected partition/offset, as in 3/42`);
  return id;
};

const readSelection = (where: string[] = [], before: string | undefined): Selection => ({
  where: where.map((text) => {
    const condition = readCondition(text);
    if (condition !== null) return condition;
    throw new UsageError(`--where ${text}: expected FIELD=VALUE; the fields are ${fieldNames.join(", ")}`);
  }),
  before: before === undefined ? null : readTime(before),
});

const readTime = (text: string): Date => {
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = new Date(isTime ? text : Number.NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new UsageError(`--before ${text}: expected 2026-11-22 or 2026-11-22T10:00:00Z`);
};

const readLimit = (text = "50"): number => {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--limit ${text}: expected a whole number`);
  return Number(text);
};
