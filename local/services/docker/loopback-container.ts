import { GenericContainer } from "testcontainers";

/** A container whose ports are published only on 127.0.0.1, and that reports its id before it starts. */
export class LoopbackContainer extends GenericContainer {
  readonly #onCreated: (id: string) => unknown;

  constructor(image: string, onCreated: (id: string) => unknown) {
    super(image);
    this.#onCreated = onCreated;
  }

  protected override async beforeContainerCreated(): Promise<void> {
    const bindings: Record<string, object[]> = this.hostConfig.PortBindings ?? {};
    this.hostConfig.PortBindings = Object.fromEntries(
      Object.entries(bindings).map(([port, hosts]) => [port, hosts.map((host) => ({ ...host, HostIp: "127.0.0.1" }))]),
    );
  }

  protected override async containerCreated(containerId: string): Promise<void> {
    this.#onCreated(containerId);
  }
}
