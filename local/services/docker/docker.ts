import { createHash } from "node:crypto";
import type { ContainerRuntimeClient } from "testcontainers";
import { type ServiceName, serviceNames } from "../service-name.ts";

// Loaded only when needed: loading takes a third of a second, and the watchdog must stay small.
async function client(): Promise<ContainerRuntimeClient> {
  const { getContainerRuntimeClient } = await import("testcontainers");
  return getContainerRuntimeClient();
}

/** The engine on this machine. An engine on another machine is not used: its ports are not on 127.0.0.1. */
export async function dockerEngine(): Promise<ContainerRuntimeClient | undefined> {
  try {
    const engine = await client();
    return ["localhost", "127.0.0.1"].includes(engine.info.containerRuntime.host) ? engine : undefined;
  } catch {
    return undefined;
  }
}

/** Kills and removes a container with its unnamed volumes. false: it did not exist any more, or no engine answers. */
export async function removeContainer(id: string): Promise<boolean> {
  try {
    await (await client()).container.getById(id).remove({ force: true, v: true });
    return true;
  } catch {
    return false;
  }
}

/** The volume in which a service of this data folder keeps its data in Docker. */
export function volumeName(folder: string, service: ServiceName): string {
  return `lyvo-chat-${createHash("sha256").update(folder).digest("hex").slice(0, 12)}-${service}`;
}

/** Does nothing if there is no engine or no such volume. */
export async function removeVolumes(folder: string): Promise<void> {
  const engine = await dockerEngine();
  if (engine === undefined) return;
  for (const service of serviceNames) {
    await engine.container.dockerode
      .getVolume(volumeName(folder, service))
      .remove()
      .catch(() => {});
  }
}
