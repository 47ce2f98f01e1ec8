import type { Run } from "./runs/run.ts";
import type { ServiceName } from "./service-name.ts";

/** Which ways may be tried: "auto" is configured address, then Docker, then binary; the other two try only that one. */
export type How = "auto" | "docker" | "binary";

/** A backing service that answers at `address`. */
export interface ProvidedService {
  readonly name: ServiceName;
  readonly how: "configured" | "docker" | "binary";
  /** As the setting wants it: a URI, or `host:port` for Kafka. It stays the same over stop and start. */
  readonly address: string;
  /** The server's process on this machine, while there is one; for signals such as SIGSTOP. */
  readonly pid: number | undefined;
  /** Ends the server (default SIGTERM) and waits until it is gone. Its data stays. */
  stop: (signal?: NodeJS.Signals) => Promise<void>;
  /** Starts it again on the same port and data, and waits until it answers. */
  start: () => Promise<void>;
  /** Stops it for good. May be called again. */
  close: () => Promise<void>;
}

export interface ProvideOptions {
  /** Settings; what is set here is used instead of being provided. */
  env: Record<string, string | undefined>;
  /** Holds data, logs and the chosen ports. Services of one folder belong to one process at a time. */
  folder: string;
  /** Aborting ends any waiting with the signal's reason; what was started is stopped. */
  signal: AbortSignal;
  report: (line: string) => void;
  how?: How;
  /** Empties the folder first. */
  fresh?: boolean;
  /** false: nobody needs the data afterwards, so nothing is done to keep it. Default true. */
  keep?: boolean;
  /** Told in one sentence when a service ended that nobody had stopped. */
  onUnexpectedExit?: (sentence: string) => void;
}

/** What one way of providing one service gets. */
export interface WayOptions extends Omit<ProvideOptions, "how" | "fresh"> {
  run: Run;
}
