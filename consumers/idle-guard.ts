import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

const guarded = new WeakSet<object>();

/**
 * Keeps an idle kafkajs connection idle. kafkajs 2.2.4 arms its next look at the queue of pending requests even when
 * nothing is pending, with a negative delay that Node takes for 1 ms (and 24 warns of): 4.7 % of a core for ever
 * (tulios/kafkajs#1704, #1751). With nothing pending there is nothing to look at: `push` arms it again.
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
};
