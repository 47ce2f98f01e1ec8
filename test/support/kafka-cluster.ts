import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProbeClient } from "../../consumers/kafka/kafka-client.ts";
import { startBinaryService } from "../../local/services/binary/binary-service.ts";
import { findKafka, type KafkaProgram } from "../../local/services/binary/find-kafka.ts";
import { runCommand } from "../../local/services/binary/run-command.ts";
import { freePort } from "../../local/services/kept-port.ts";
import { openRun } from "../../local/services/runs/run.ts";
import type { ProvidedService, WayOptions } from "../../local/services/service.ts";
import { until } from "./chat-client.ts";
import { testLogger } from "./kafka.ts";

/** Three brokers, each of them a controller too, which can be stopped and started one by one. */
export type KafkaCluster = AsyncDisposable & {
  /** `host:port`, separated by commas. */
  address: string;
  brokers: ProvidedService[];
  /** Waits until every partition of the topics has all of its replicas in sync. */
  inSync(topics: string[]): Promise<void>;
};

type Node = { id: number; port: number; controllerPort: number; folder: string };

const clusterId = "5L6g3nShT-eMCtK--X86sw";
const javaOptions = ["-Xms96m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"];
const logOption = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn";

export const openKafkaCluster = async (signal: AbortSignal): Promise<KafkaCluster> => {
  const folder = mkdtempSync(join(tmpdir(), "lyvo-chat-cluster-"));
  const run = await openRun(folder, () => undefined);
  const options: WayOptions = { env: process.env, folder, keep: false, signal, report: () => undefined, run };
  const program = await findKafka(options);
  const nodes: Node[] = [];
  for (const id of [1, 2, 3]) {
    const [port, controllerPort] = [await freePort(), await freePort()];
    nodes.push({ id, port, controllerPort, folder: join(folder, `broker-${id}`) });
  }
  // None of them is ready before there is a majority: they start together.
  const brokers = await Promise.all(nodes.map((node) => startNode({ node, nodes, program, options })));
  const address = nodes.map(addressOf).join(",");
  return {
    address,
    brokers,
    inSync: (topics) => until(() => areInSync(address.split(","), topics), "the replicas in sync"),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(brokers.map((broker) => broker.stop("SIGKILL")));
      await run.close();
    },
  };
};

const addressOf = ({ port }: Node): string => `127.0.0.1:${port}`;

type StartOptions = { node: Node; nodes: Node[]; program: KafkaProgram; options: WayOptions };

const startNode = async ({ node, nodes, program, options }: StartOptions): Promise<ProvidedService> => {
  const config = writeConfig(node, nodes);
  const java = [...javaOptions, logOption, "-cp", program.classPath];
  const format = ["kafka.tools.StorageTool", "format", "--cluster-id", clusterId, "--config", config];
  await runCommand({ command: program.java, args: [...java, ...format], ...options, limitMs: 120_000 });
  return startBinaryService({
    ...options,
    name: "kafka",
    address: addressOf(node),
    command: program.java,
    args: [...java, "kafka.Kafka", config],
    logFile: join(node.folder, "kafka.log"),
    isReady: () => withAdmin([addressOf(node)], async (admin) => (await admin.listTopics()) !== undefined),
  });
};

const writeConfig = (node: Node, nodes: Node[]): string => {
  mkdirSync(node.folder, { recursive: true });
  const listeners = `PLAINTEXT://${addressOf(node)},CONTROLLER://127.0.0.1:${node.controllerPort}`;
  const settings = {
    "process.roles": "broker,controller",
    "node.id": node.id,
    "controller.quorum.voters": nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(","),
    listeners,
    "advertised.listeners": `PLAINTEXT://${addressOf(node)}`,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": join(node.folder, "data"),
    "auto.create.topics.enable": false,
    "group.initial.rebalance.delay.ms": 0,
    "log.cleaner.dedupe.buffer.size": 16_777_216,
    "default.replication.factor": 3,
    "min.insync.replicas": 2,
    "offsets.topic.num.partitions": 3,
    "offsets.topic.replication.factor": 3,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  const file = join(node.folder, "server.properties");
  writeFileSync(file, lines.join(""));
  return file;
};

type Admin = ReturnType<ReturnType<typeof createProbeClient>["admin"]>;

const withAdmin = async <T>(brokers: string[], use: (admin: Admin) => Promise<T>): Promise<T> => {
  const kafka = { brokers, clientId: "cluster", ssl: false, sasl: null };
  const admin = createProbeClient({ kafka, logger: testLogger }).admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
};

const areInSync = (brokers: string[], topics: string[]): Promise<boolean> =>
  withAdmin(brokers, async (admin) => {
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics, "__consumer_offsets"] });
    return metadata.topics.every(({ partitions }) => partitions.every(({ isr }) => isr.length === 3));
  }).catch(() => false);
