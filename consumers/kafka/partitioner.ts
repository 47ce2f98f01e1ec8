import { type ICustomPartitioner, Partitioners } from "kafkajs";

const mostKeyBytes = 1_024;

/**
 * Chooses the same partition for a key as Java's clients and kafkajs. For a key longer than 1 KB, which no id is, only the
 * beginning counts: kafkajs' hash multiplies numbers that it never truncates, and takes minutes for a megabyte.
 */
export const createPartitioner: ICustomPartitioner = () => {
  const choose = Partitioners.DefaultPartitioner();
  return ({ message, ...where }) =>
    choose({ ...where, message: { ...message, key: beginningOf(message.key ?? null) } });
};

const beginningOf = (key: Buffer | string | null): Buffer | string | null => {
  const bytes = typeof key === "string" ? Buffer.from(key) : key;
  return bytes?.subarray(0, mostKeyBytes) ?? null;
};
