import { growingPause } from "../../src/timing/growing-pause.ts";

/** A pause as in kafkajs: returns a function that ends it. */
type Pause = () => () => void;

export type PartitionPauses = {
  /** Pauses the partition for a time: 0.1 s at first, up to 10 s as long as nothing progresses. */
  pause(partition: string, pause: Pause): { pauseMs: number };
  /** The partition progressed: the next pause is short again. */
  moved(partition: string): void;
  /** How many partitions are paused now. */
  count(): number;
  /** Forgets the pauses without ending them. */
  clear(): void;
};

const pauseAfter = growingPause({ firstMs: 100, longestMs: 10_000 });

export const createPartitionPauses = (): PartitionPauses => {
  const failures = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();

  return {
    pause: (partition, pause) => {
      const inARow = (failures.get(partition) ?? 0) + 1;
      failures.set(partition, inARow);
      const pauseMs = pauseAfter(inARow);
      clearTimeout(timers.get(partition));
      const resume = pause();
      timers.set(
        partition,
        setTimeout(() => {
          timers.delete(partition);
          resume();
        }, pauseMs),
      );
      return { pauseMs };
    },
    moved: (partition) => {
      failures.delete(partition);
    },
    count: () => timers.size,
    clear: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      failures.clear();
    },
  };
};
