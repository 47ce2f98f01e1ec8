import { ownConnection, until } from "./chat-client.ts";

type Node = { url: string };

/** What the node's health says of Redis, and as a whole. */
const healthOf = async ({ url }: Node): Promise<{ status: string; checks: { redis: string } }> =>
  (await (await fetch(`${url}/api/chat/health`, { headers: ownConnection })).json()) as {
    status: string;
    checks: { redis: string };
  };

/** Waits until the node says that Redis does its part, or does not. */
export const untilRedis = (node: Node, is: "up" | "down"): Promise<void> =>
  until(async () => {
    const { status, checks } = await healthOf(node);
    return checks.redis === is && status === (is === "up" ? "ok" : "degraded");
  }, `redis ${is} in the health`);
