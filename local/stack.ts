import { join } from "node:path";
import { choosePorts, type Ports } from "./choose-ports.ts";
import { localSettings, type Settings } from "./local-settings.ts";
import { type NodeProcess, startNodeProcess } from "./node-process.ts";
import { startPageServer } from "./serve-page/page-server.ts";
import { topicNames } from "./services/prepare-kafka.ts";
import type { ProvidedServices } from "./services/provide-services.ts";

export interface StackOptions {
  env: NodeJS.ProcessEnv;
  /** The folder for the generated secrets and the logs. */
  folder: string;
  services: Pick<ProvidedServices, "settings" | "run">;
  nodeCount: number;
  anyPorts?: boolean;
  /** Restart a process when one of its files changes, and let a debugger attach. */
  watch?: boolean;
  signal: AbortSignal;
  report: (line: string) => void;
}

export interface Stack {
  pageUrl: string;
  /** One address per chat node. */
  chatUrls: string[];
  /** Resolves with a sentence when one of the processes has ended by itself. */
  broken: Promise<string>;
  /** Stops the page, then the chat nodes, then the consumers. */
  close: () => Promise<void>;
}

/** Starts the product with the given services: chat nodes, consumers and the page. If it rejects, nothing is left running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { env, folder, services } = options;
  const ports = await choosePorts(options);
  const made = localSettings({ env, secretsFile: join(folder, "secrets.json"), pagePort: ports.page });
  const settings = { ...made, ...services.settings };
  const { consumers, nodes } = await startProcesses(ports, settings, options);
  const stopProcesses = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await consumers.stop();
  };
  try {
    const chatUrls = ports.nodes.map(({ port }) => `http://127.0.0.1:${port}`);
    const page = await startPage(ports.page, chatUrls, settings);
    const close = async () => {
      await page.close();
      await stopProcesses();
    };
    return {
      pageUrl: page.url,
      chatUrls,
      broken: Promise.race([consumers, ...nodes].map(({ ended }) => ended)),
      close,
    };
  } catch (error) {
    await stopProcesses();
    throw error;
  }
}

/** Node's default port for debuggers; each further process uses the next one. */
const firstInspectPort = 9229;

async function startProcesses(ports: Ports, settings: Settings, options: StackOptions) {
  const { folder, services, watch = false, signal, report } = options;
  let inspectPort = firstInspectPort;
  const start = (name: string, script: string, opsPort: number, own: Settings) => {
    const env = { ...settings, OPS_PORT: String(opsPort), ...own };
    const nodeOptions = watch ? ["--watch", "--watch-preserve-output", `--inspect=127.0.0.1:${inspectPort++}`] : [];
    const logFolder = join(folder, "logs");
    return startNodeProcess({
      name,
      script,
      nodeOptions,
      opsPort,
      env,
      logFolder,
      run: services.run,
      signal,
      print: report,
    });
  };
  const outcomes = await Promise.allSettled([
    start("consumers", "consumers/main.ts", ports.consumersOpsPort, {}),
    ...ports.nodes.map(({ port, opsPort }, index) => {
      const name = ports.nodes.length === 1 ? "chat node" : `chat node ${index + 1}`;
      return start(name, "src/main.ts", opsPort, { PORT: String(port) });
    }),
  ]);
  const started = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  const [consumers, ...nodes] = started;
  if (failed !== undefined || consumers === undefined) {
    await Promise.all(started.map((process: NodeProcess) => process.stop()));
    throw failed?.reason;
  }
  return { consumers, nodes };
}

function startPage(port: number, chatUrls: string[], settings: Settings & ProvidedServices["settings"]) {
  return startPageServer({
    port,
    chatUrl: chatUrls[0] ?? "",
    chatUrls,
    kafka: { brokers: settings.KAFKA_BROKERS.split(",") },
    bookingTopics: topicNames(settings).booking,
    // If there are several secrets, for a rotation, tokens are signed with the first.
    jwtSecret: settings["JWT_SECRET"]?.split(",")[0] ?? "",
    attachmentHosts: settings["ATTACHMENT_HOSTS"]?.split(",") ?? [],
    filesUrl: settings["S3_BUCKET"] ? settings["S3_PUBLIC_ENDPOINT"] || settings["S3_ENDPOINT"] : undefined,
  });
}
