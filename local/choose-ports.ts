import { freePort, nextFreePort, takePort } from "./services/kept-port.ts";

export interface Ports {
  page: number;
  /** The ports of each chat node. */
  nodes: { port: number; opsPort: number }[];
  consumersOpsPort: number;
}

export interface ChoosePortsOptions {
  env: NodeJS.ProcessEnv;
  nodeCount: number;
  /** Any free ports, far from the usual ones: for tests, several of which may start at once. */
  anyPorts?: boolean;
  report: (line: string) => void;
}

/**
 * The ports of a local stack: the configured ones, else the usual ones, else the next free ones, which it reports.
 * Rejects when a configured port is taken.
 */
export async function choosePorts({ env, nodeCount, anyPorts = false, report }: ChoosePortsOptions): Promise<Ports> {
  const moved: string[] = [];

  async function usual(what: string, wanted: number): Promise<number> {
    const port = anyPorts ? await freePort() : await nextFreePort(wanted);
    if (port !== wanted && !anyPorts) moved.push(`${what} ${port} instead of ${wanted}`);
    return port;
  }

  async function configuredOr(setting: "PORT" | "OPS_PORT", what: string, wanted: number): Promise<number> {
    if (!env[setting]) return usual(what, wanted);
    const port = Number(env[setting]);
    if (!(await takePort(port))) throw new Error(`Port ${port} (${setting}) is taken by another program.`);
    return port;
  }

  const port = await configuredOr("PORT", "the chat node", 5002);
  const opsPort = await configuredOr("OPS_PORT", "its ops port", 9464);
  const page = await usual("the page", 5003);
  const consumersOpsPort = await usual("the consumers' ops port", 9465);
  const nodes = [{ port, opsPort }];
  for (let number = 2; number <= nodeCount; number += 1) {
    const node = {
      port: await usual(`chat node ${number}`, 5002 + number),
      opsPort: await usual("its ops port", 9464 + number),
    };
    nodes.push(node);
  }
  if (moved.length > 0) report(`Some usual ports are taken: ${moved.join(", ")}`);
  return { page, nodes, consumersOpsPort };
}
