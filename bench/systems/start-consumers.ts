import { join } from "node:path";
import { freePort } from "../../local/services/kept-port.ts";
import type { Bed } from "../bed.ts";
import { type ServerProcess, startServer } from "../processes.ts";
import { ownSettings } from "./start-system.ts";

const kinds = {
  plain: { script: "bench/baseline/consumer.ts", readyPath: "/" },
  ours: { script: "consumers/main.ts", readyPath: "/readyz" },
} as const;
export type ConsumersKind = keyof typeof kinds;

/** `topic`: the booking topic, from which the other names are made. `eventsTopic`: the topic of chat events. */
type Options = { mongodbUri: string; topic: string; eventsTopic?: string };

/** Starts the consumers of a system as a separate process. */
export const startConsumers = async (
  bed: Bed,
  name: ConsumersKind,
  { mongodbUri, topic, eventsTopic = `${topic}.events` }: Options,
): Promise<ServerProcess> => {
  const { script, readyPath } = kinds[name];
  const opsPort = await freePort();
  return startServer({
    ...bed,
    name: `${name}-consumers`,
    script,
    nodeArgs: name === "ours" && bed.profileFolder ? ["--cpu-prof", `--cpu-prof-dir=${bed.profileFolder}`] : [],
    env: {
      ...ownSettings(bed),
      MONGODB_URI: mongodbUri,
      OPS_PORT: String(opsPort),
      BOOKING_TOPICS: topic,
      BOOKING_DLQ_TOPIC: `${topic}.dlq`,
      CHAT_EVENTS_TOPIC: eventsTopic,
      KAFKA_GROUP_ID: topic,
    },
    readyUrl: `http://127.0.0.1:${opsPort}${readyPath}`,
    logFile: join(bed.folder, `${name}-consumers.log`),
  });
};
