import { setTimeout as pause } from "node:timers/promises";
import { createMeter, type Metered } from "./meter.ts";
import { type Pair, type Person, send } from "./people.ts";
import { type CpuUse, watchCpu } from "./watch-cpu.ts";

export type Load = Metered & { cpu: CpuUse };
export type ClosedLoop = {
  /** How many of the connected chats take part, the first ones. */
  chats: number;
  /** Messages of one chat under way; the two people take turns. */
  underWay: number;
  warmUpSeconds: number;
  seconds: number;
  /** Processes whose CPU time is of interest, by name. */
  watch: Record<string, number[]>;
};

const lastAnswersMs = 3_000;

/** Sends as fast as the acks come: after every ack the other person sends the chat's next message. */
export const runClosedLoop = async (pairs: Pair[], options: ClosedLoop): Promise<Load> => {
  const meter = createMeter();
  const taking = pairs.slice(0, options.chats);
  let isOver = false;
  const next = (person: Person, other: Person): void => {
    if (!isOver) send(person, meter, () => next(other, person));
  };
  listen(taking, meter);
  for (const { owner, seeker } of taking) {
    for (let index = 0; index < options.underWay; index += 1) {
      if (index % 2 === 0) next(owner, seeker);
      else next(seeker, owner);
    }
  }
  const load = await measure(meter, options);
  isOver = true;
  return end(taking, meter, load);
};

/** Warms up, then lets the window pass. */
export const measure = async (
  meter: ReturnType<typeof createMeter>,
  { warmUpSeconds, seconds, watch }: Pick<ClosedLoop, "warmUpSeconds" | "seconds" | "watch">,
): Promise<CpuUse> => {
  await pause(warmUpSeconds * 1_000);
  const cpu = watchCpu(watch);
  meter.begin();
  await pause(seconds * 1_000);
  meter.end();
  return cpu();
};

/** Waits for the last answers, so that the slowest are among the latencies. */
export const end = async (pairs: Pair[], meter: ReturnType<typeof createMeter>, cpu: CpuUse): Promise<Load> => {
  const deadline = performance.now() + lastAnswersMs;
  while (meter.underWay() > 0 && performance.now() < deadline) await pause(20);
  // A delivery may come a little after its ack.
  await pause(200);
  listen(pairs, null);
  return { ...meter.result(), cpu };
};

export const listen = (pairs: Pair[], meter: ReturnType<typeof createMeter> | null): void => {
  for (const { owner, seeker } of pairs) {
    owner.listen(meter);
    seeker.listen(meter);
  }
};
