import { type ContainerRuntimeClient, ImageName, Wait } from "testcontainers";
import type { ProvidedService, WayOptions } from "../service.ts";
import type { ServiceName } from "../service-name.ts";
import { waitUntil } from "../wait-until.ts";
import { removeContainer, volumeName } from "./docker.ts";
import { LoopbackContainer } from "./loopback-container.ts";

export interface ContainerOptions extends WayOptions {
  engine: ContainerRuntimeClient;
  name: ServiceName;
  address: string;
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  /** Files that the container has when it starts. */
  files?: { content: string; target: string }[];
  port: { container: number; host: number };
  /** The image's folder for data. */
  dataPath: string;
  isReady: () => Promise<boolean>;
}

const startLimitMs = 90_000;

/** Runs an image as a service that can be stopped and started again. */
export async function startContainerService(options: ContainerOptions): Promise<ProvidedService> {
  const { engine, name, address } = options;
  const { id, forget } = await createContainer(options);
  const container = engine.container.getById(id);
  let pid: number | undefined;

  async function ready(): Promise<void> {
    const { signal, isReady } = options;
    await waitUntil({ what: `${name} in Docker did not answer`, limitMs: startLimitMs, signal, check: isReady });
    pid = (await container.inspect()).State.Pid;
  }

  async function stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    if (pid === undefined) return;
    pid = undefined;
    if (signal === "SIGTERM") await container.stop({ t: 10 });
    else await container.kill({ signal });
    await container.wait();
  }

  async function close(): Promise<void> {
    await stop();
    await removeContainer(id);
    forget();
  }

  try {
    await ready();
  } catch (error) {
    await removeContainer(id);
    forget();
    throw error;
  }
  return {
    name,
    how: "docker",
    address,
    get pid() {
      return pid;
    },
    stop,
    async start() {
      if (pid !== undefined) return;
      await container.start();
      await ready();
    },
    close,
  };
}

async function createContainer(options: ContainerOptions): Promise<{ id: string; forget: () => void }> {
  const { engine, name, image, command, environment, files, port, dataPath, run, signal, report } = options;
  if (!(await engine.image.exists(ImageName.fromString(image)))) report(`Pulling the image ${image} …`);
  const forgets: (() => void)[] = [];
  const container = new LoopbackContainer(image, (id) => forgets.push(run.note(name, { container: id })))
    .withExposedPorts(port)
    .withEnvironment(environment ?? {})
    .withCopyContentToContainer(files ?? [])
    // The run's watchdog cleans up, so testcontainers' own clean-up container is not needed.
    .withAutoCleanup(false)
    .withWaitStrategy(Wait.forLogMessage(/./));
  if (command !== undefined) container.withCommand(command);
  if (options.keep ?? true) {
    container.withBindMounts([{ source: volumeName(options.folder, name), target: dataPath }]);
  }
  const started = await unlessAborted(container.start(), signal);
  return { id: started.getId(), forget: () => forgets.forEach((forget) => forget()) };
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
