import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

const guarded = new WeakSet<object>();

/** Requests may take ten seconds and more, so one check per second is enough. */
const lookEveryMs = 1_000;

/**
 * Keeps an idle kafkajs connection idle. Each connection has two timers that never stop:
 * - kafkajs 2.2.4 schedules its next check of the queue of pending requests even if nothing is pending, with a negative
 *   delay that Node turns into 1 ms (and Node 24 warns about): 4.7 % of a core forever (tulios/kafkajs#1704, #1751). If
 *   nothing is pending, no check is needed: `push` schedules it again.
 * - It checks ten times a second for requests that take too long.
 */
export const guardIdleConnections = (): void => {
  const { prototype } = RequestQueue;
  if (guarded.has(prototype)) return;
  guarded.add(prototype);
  const { scheduleCheckPendingRequests: schedule } = prototype;
  prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests() {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    schedule.call(this);
  };
  prototype.scheduleRequestTimeoutCheck = function scheduleRequestTimeoutCheck() {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(
      () => endLateRequests(this),
      Math.min(this.requestTimeout, lookEveryMs),
    );
  };
};

const endLateRequests = (queue: RequestQueue): void => {
  for (const request of queue.inflight.values()) {
    if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
  }
  if (!queue.isConnected()) queue.destroy();
};
