import { prettyFactory } from "pino-pretty";

/** Formats a line of a process's log: pino's JSON as one short line, anything else unchanged. */
export function createReadableLog({ name, colorize }: { name: string; colorize: boolean }): (line: string) => string {
  const pretty = prettyFactory({
    colorize,
    singleLine: true,
    // An error's stack is in the log file.
    ignore: "pid,hostname,name,process,err",
    messageFormat: "{msg}{if err.message}: {err.message}{end}",
    translateTime: "SYS:HH:MM:ss",
  });
  return (line) => {
    const text = line.startsWith("{") ? pretty(line) : line;
    return `${name.padEnd(11)} ${text.trimEnd()}`;
  };
}
