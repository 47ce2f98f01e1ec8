import { Kafka, logLevel } from "kafkajs";

/** Returns how many records topics have, as long as it is open. */
export const openKafkaEnds = async (brokers: string[]) => {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return {
    count: async (topic: string): Promise<number> => {
      const partitions = await admin.fetchTopicOffsets(topic);
      return partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    },
    close: () => admin.disconnect(),
  };
};
