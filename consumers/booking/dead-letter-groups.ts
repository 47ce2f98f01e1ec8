import { gather } from "../../src/timing/gather.ts";
import { isTooLarge, type Publisher } from "../kafka/publisher.ts";
import type { ReceivedRecord } from "../source/received-record.ts";
import { type PartitionOf, rememberSpread } from "../source/topic-spread.ts";
import { type DeadLetters, letterOf } from "./dead-letter.ts";
import type { Rejection } from "./rejection.ts";

type Parts = {
  /** Puts one letter, truncated if the topic does not accept the whole. */
  single: DeadLetters;
  publisher: Pick<Publisher, "publishTogether">;
  topic: string;
  /** How keys are spread over the topic's partitions. @throws while Kafka does not answer */
  spread: () => Promise<PartitionOf>;
};

type Letter = { record: ReceivedRecord; rejection: Rejection };
/** Null: the broker has the letter. */
type Outcome = { error: unknown } | null;

const mostAtOnce = 500;
const mostRequestBytes = 512 * 1024;

/**
 * Groups the dead letters that are put while others are under way, one request per partition: with one request each,
 * 20,000 letters took thirteen seconds. Each `put` resolves when the broker has that letter.
 */
export const createDeadLetterGroups = ({ single, publisher, topic, spread }: Parts): DeadLetters => {
  const partitions = rememberSpread(spread);

  const putAlone = async (letter: Letter): Promise<Outcome> => {
    try {
      await single.put(letter.record, letter.rejection);
      return null;
    } catch (error) {
      return { error };
    }
  };

  const putTogether = async (partition: number, letters: Letter[]): Promise<Outcome[]> => {
    try {
      const records = letters.map(({ record, rejection }) => ({ ...letterOf(record, rejection), partition }));
      await publisher.publishTogether(topic, records);
      return letters.map(() => null);
    } catch (error) {
      if (isTooLarge(error)) return await inTurn(letters, putAlone);
      // The topic may have more partitions by now.
      partitions.forget();
      return letters.map(() => ({ error }));
    }
  };

  const put = gather<Letter, Outcome>({
    mostAtOnce,
    mostUnderWay: 1,
    keyOf: ({ record: { topic: from, partition, offset } }) => `${from}/${partition}/${offset}`,
    run: async (letters) => {
      const requests = requestsOf(letters, await partitions.partitionOf());
      const outcomes = new Map<Letter, Outcome>();
      const puts = [...requests].map(async ([partition, groups]) => {
        for (const group of groups) {
          const ended = await putTogether(partition, group);
          for (const [index, letter] of group.entries()) outcomes.set(letter, ended[index] ?? null);
        }
      });
      await Promise.all(puts);
      return letters.map((letter) => outcomes.get(letter) ?? null);
    },
  });

  return {
    put: async (record, rejection) => {
      const outcome = await put({ record, rejection });
      if (outcome !== null) throw outcome.error;
    },
  };
};

const inTurn = async (letters: Letter[], put: (letter: Letter) => Promise<Outcome>): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const letter of letters) outcomes.push(await put(letter));
  return outcomes;
};

/** The letters by partition, in groups that fit into a request. */
const requestsOf = (letters: Letter[], partitionOf: PartitionOf): Map<number, Letter[][]> => {
  const requests = new Map<number, Letter[][]>();
  const bytes = new Map<Letter[], number>();
  for (const letter of letters) {
    const partition = partitionOf(letter.record.key);
    const groups = requests.get(partition) ?? [];
    const last = groups.at(-1);
    const size = (letter.record.value?.length ?? 0) + (letter.record.key?.length ?? 0);
    const filled = (last && bytes.get(last)) ?? Number.POSITIVE_INFINITY;
    const group = last !== undefined && filled + size <= mostRequestBytes ? last : [];
    if (group !== last) groups.push(group);
    bytes.set(group, (group === last ? filled : 0) + size);
    group.push(letter);
    requests.set(partition, groups);
  }
  return requests;
};
