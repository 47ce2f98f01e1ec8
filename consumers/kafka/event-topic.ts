import type { Logger } from "../../src/process/logger.ts";
import type { EventTopic } from "../relay/event-publisher.ts";
import { createTopicSpread } from "../source/topic-spread.ts";
import { createProbeClient, type KafkaAddress } from "./kafka-client.ts";
import type { Publisher } from "./publisher.ts";

type Parts = { kafka: KafkaAddress; topic: string; publisher: Pick<Publisher, "publishTogether">; logger: Logger };

const headers = { "content-type": "application/cloudevents+json" };

/** The topic of chat events, over kafkajs. */
export const createEventTopic = ({ kafka, topic, publisher, logger }: Parts): EventTopic => ({
  spread: createTopicSpread(createProbeClient({ kafka, logger }), topic),
  publish: (partition, events) =>
    publisher.publishTogether(
      topic,
      events.map(({ key, value }) => ({ key, value, headers, partition })),
    ),
});
