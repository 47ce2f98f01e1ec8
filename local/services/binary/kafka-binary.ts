import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keptPort } from "../kept-port.ts";
import { prepareKafka } from "../prepare-kafka.ts";
import type { ProvidedService, WayOptions } from "../service.ts";
import { startBinaryService } from "./binary-service.ts";
import { findKafka, type KafkaProgram } from "./find-kafka.ts";
import { runCommand } from "./run-command.ts";

const clusterId = "5L6g3nShT-eMCtK--X86sw";

export async function startKafkaBinary(options: WayOptions): Promise<ProvidedService> {
  const program = await findKafka(options);
  const folder = join(options.folder, "kafka");
  const port = await keptPort(join(folder, "port"));
  const controllerPort = await keptPort(join(folder, "controller-port"));
  const config = writeConfig({ folder, port, controllerPort });
  await formatOnce({ program, folder, config, options });
  const address = `127.0.0.1:${port}`;
  return startBinaryService({
    ...options,
    name: "kafka",
    address,
    command: program.java,
    args: [...javaOptions, "-cp", program.classPath, "kafka.Kafka", config],
    logFile: join(folder, "kafka.log"),
    isReady: () => prepareKafka(address, options),
  });
}

// One small broker for one person: a quick start and low memory use matter more than throughput.
const javaOptions = [
  "-Xms128m",
  "-Xmx512m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Djava.awt.headless=true",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
];

function writeConfig({
  folder,
  port,
  controllerPort,
}: {
  folder: string;
  port: number;
  controllerPort: number;
}): string {
  mkdirSync(folder, { recursive: true });
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
  const settings = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.bootstrap.servers": `127.0.0.1:${controllerPort}`,
    listeners,
    "advertised.listeners": listeners,
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": join(folder, "data"),
    "auto.create.topics.enable": false,
    "group.initial.rebalance.delay.ms": 0,
    "log.cleaner.dedupe.buffer.size": 16_777_216,
    "offsets.topic.num.partitions": 5,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 2,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
  };
  const file = join(folder, "server.properties");
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  return file;
}

async function formatOnce({
  program,
  folder,
  config,
  options,
}: {
  program: KafkaProgram;
  folder: string;
  config: string;
  options: WayOptions;
}): Promise<void> {
  if (existsSync(join(folder, "data", "meta.properties"))) return;
  const format = ["format", "--standalone", "--ignore-formatted", "--cluster-id", clusterId, "--config", config];
  const args = [...javaOptions, "-cp", program.classPath, "kafka.tools.StorageTool", ...format];
  await runCommand({ command: program.java, args, env: options.env, signal: options.signal, limitMs: 60_000 });
}
