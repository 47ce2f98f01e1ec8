import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

const guarded = new WeakSet<object>();

/** Requests may take ten seconds and more, so that a look at them once a second is in time. */
const lookEveryMs = 1_000;

/**
 * Keeps an idle kafkajs connection idle. Each has two timers that never rest:
 * - kafkajs 2.2.4 arms its next look at the queue of pending requests even when nothing is pending, with a negative delay
 *   that Node takes for 1 ms (and 24 warns of): 4.7 % of a core for ever (tulios/kafkajs#1704, #1751). With nothing
 *   pending there is nothing to look at: `push` arms it again.
 * - It looks ten times a second for requests that take too long.
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
