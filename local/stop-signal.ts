/**
 * Aborts when this process is asked to stop: by Ctrl-C, SIGTERM, SIGHUP, or because the process that started it is gone.
 * The reason is a `StopRequest`. On a second request the process exits at once; the watchdogs then end what it started.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let askedAt: number | undefined;
  const ask = (): void => {
    // A Ctrl-C reaches every process of the terminal, and each parent forwards it as well: that counts as one request.
    if (askedAt !== undefined && performance.now() - askedAt > 1_000) process.exit(130);
    askedAt ??= performance.now();
    controller.abort(new StopRequest());
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ask);
  process.on("disconnect", ask);
  process.channel?.unref();
  return controller.signal;
}

export class StopRequest extends Error {
  constructor() {
    super("asked to stop");
    this.name = "StopRequest";
  }
}
