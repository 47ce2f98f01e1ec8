import { join } from "node:path";
import type { ContainerRuntimeClient } from "testcontainers";
import { makeBucket, seaweedArguments, seaweedConfig } from "../files-settings.ts";
import { keptPort } from "../kept-port.ts";
import type { ProvidedService, WayOptions } from "../service.ts";
import { startContainerService } from "./container-service.ts";

const configFile = "/etc/seaweedfs/s3.json";

export async function startFilesDocker(engine: ContainerRuntimeClient, options: WayOptions): Promise<ProvidedService> {
  const port = await keptPort(join(options.folder, "files", "port"));
  const address = `http://127.0.0.1:${port}`;
  return startContainerService({
    ...options,
    engine,
    name: "files",
    address,
    image: "chrislusf/seaweedfs:4.48",
    command: ["server", ...seaweedArguments, `-s3.config=${configFile}`],
    files: [{ content: seaweedConfig(options.folder), target: configFile }],
    port: { container: 8333, host: port },
    dataPath: "/data",
    isReady: () => makeBucket(address, options.folder),
  });
}
