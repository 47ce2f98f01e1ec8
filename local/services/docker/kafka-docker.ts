import { join } from "node:path";
import type { ContainerRuntimeClient } from "testcontainers";
import { keptPort } from "../kept-port.ts";
import { prepareKafka } from "../prepare-kafka.ts";
import type { ProvidedService, WayOptions } from "../service.ts";
import { startContainerService } from "./container-service.ts";

export async function startKafkaDocker(engine: ContainerRuntimeClient, options: WayOptions): Promise<ProvidedService> {
  const port = await keptPort(join(options.folder, "kafka", "port"));
  const address = `127.0.0.1:${port}`;
  return startContainerService({
    ...options,
    engine,
    name: "kafka",
    address,
    image: "apache/kafka:4.1.0",
    environment: kafkaEnvironment(port),
    port: { container: 9092, host: port },
    dataPath: "/var/lib/kafka/data",
    isReady: () => prepareKafka(address, options),
  });
}

/** Kafka advertises its address to clients, so the published port is part of its configuration. */
function kafkaEnvironment(port: number): Record<string, string> {
  return {
    KAFKA_NODE_ID: "1",
    KAFKA_PROCESS_ROLES: "broker,controller",
    KAFKA_LISTENERS: "PLAINTEXT://:9092,CONTROLLER://:9093,BROKER://:9094",
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port},BROKER://localhost:9094`,
    KAFKA_INTER_BROKER_LISTENER_NAME: "BROKER",
    KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
    KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:9093",
    KAFKA_LOG_DIRS: "/var/lib/kafka/data",
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
    KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: "5",
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
    KAFKA_HEAP_OPTS: "-Xmx512m -Xms128m",
  };
}
