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

const firstMs = 100;
const mostMs = 10_000;

export const createPartitionPauses = (): PartitionPauses => {
  const lastMs = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();

  return {
    pause: (partition, pause) => {
      const pauseMs = Math.min(mostMs, (lastMs.get(partition) ?? firstMs / 2) * 2);
      lastMs.set(partition, pauseMs);
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
      lastMs.delete(partition);
    },
    count: () => timers.size,
    clear: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      lastMs.clear();
    },
  };
};
