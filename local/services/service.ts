import type { Run } from "./runs/run.ts";
import type { ServiceName } from "./service-name.ts";

/** Which ways to try: "auto" tries the configured address, then Docker, then a binary; the other two try only that way. */
export type How = "auto" | "docker" | "binary";

/** A backing service that answers at `address`. */
export interface ProvidedService {
  readonly name: ServiceName;
  readonly how: "configured" | "docker" | "binary";
  /** In the form of the setting: an address, or `host:port` for Kafka. It stays the same after a stop and a start. */
  readonly address: string;
  /** The server's process on this machine, if there is one; for signals such as SIGSTOP. */
  readonly pid: number | undefined;
  /** Ends the server (default SIGTERM) and waits until it is gone. Its data is kept. */
  stop: (signal?: NodeJS.Signals) => Promise<void>;
  /** Starts it again with the same port and data, and waits until it answers. */
  start: () => Promise<void>;
  /** Stops it permanently. May be called twice. */
  close: () => Promise<void>;
}

export interface ProvideOptions {
  /** Settings; a service whose address is set here is used and not started. */
  env: Record<string, string | undefined>;
  /** The folder for data, logs and the chosen ports. Only one process at a time may use it. */
  folder: string;
  /** Aborting ends every wait with the signal's reason and stops what was started. */
  signal: AbortSignal;
  report: (line: string) => void;
  how?: How;
  /** Empties the folder first. */
  fresh?: boolean;
  /** Whether to go on without the store for files if it cannot be provided. Default false. */
  filesAreOptional?: boolean;
  /** false: the data is not needed afterwards and need not be durable. Default true. */
  keep?: boolean;
  /** Called with one sentence when a service ended that nobody had stopped. */
  onUnexpectedExit?: (sentence: string) => void;
}

/** The options for one way of providing one service. */
export interface WayOptions extends Omit<ProvideOptions, "how" | "fresh"> {
  run: Run;
}
