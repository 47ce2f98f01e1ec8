import { createSeries, type Latency, seededRandom } from "../statistics.ts";
import { type ClosedLoop, end, type Load, listen, measure } from "./closed-loop.ts";
import { createMeter } from "./meter.ts";
import { type Pair, send } from "./people.ts";

export type OpenLoop = Omit<ClosedLoop, "underWay"> & { ratePerS: number };
/** `lateMs`: how much later than due the generator wrote a message. */
export type OpenLoad = Load & { lateMs: Latency };

/**
 * Sends at a rate that does not depend on the answers, at random moments (a Poisson process, the same one in each
 * run). The chats take turns, and so do the two people of each chat.
 */
export const runOpenLoop = async (pairs: Pair[], options: OpenLoop): Promise<OpenLoad> => {
  const meter = createMeter();
  const late = createSeries();
  const taking = pairs.slice(0, options.chats);
  listen(taking, meter);
  let count = 0;
  const stop = atRate(options.ratePerS, (lateMs) => {
    const pair = taking[count % taking.length];
    const isOwner = Math.floor(count / taking.length) % 2 === 0;
    count += 1;
    late.add(lateMs);
    if (pair) send(isOwner ? pair.owner : pair.seeker, meter, () => undefined);
  });
  const cpu = await measure(meter, options);
  stop();
  return { ...(await end(taking, meter, cpu)), lateMs: late.summary() };
};

/** Calls `act` at random moments, a given number per second, and passes how late it is. @returns a function that ends it */
export const atRate = (ratePerS: number, act: (lateMs: number) => void): (() => void) => {
  const random = seededRandom(1);
  const gapMs = (): number => (-Math.log(1 - random()) * 1_000) / ratePerS;
  let due = performance.now() + gapMs();
  let timer: NodeJS.Timeout;
  const tick = (): void => {
    for (let now = performance.now(); due <= now; due += gapMs()) act(now - due);
    timer = setTimeout(tick, Math.max(1, due - performance.now()));
  };
  tick();
  return () => clearTimeout(timer);
};
