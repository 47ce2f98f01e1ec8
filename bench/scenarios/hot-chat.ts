import { createRows, inTurn, type Scenario } from "../outcome.ts";
import { withProfile } from "../systems/profile.ts";
import { addLoad, withSystem } from "./under-load.ts";

const systems = ["plain", "ours", "relay"] as const;
const underWay = 20;

export const hotChat: Scenario = {
  name: "hot-chat",
  title: "One hot chat",
  about: `One chat, in which both people send at once, so that ${underWay} messages are under way at all times. One node.`,
  turn: async (bed, { seconds, warmUpSeconds }, turn) => {
    const rows = createRows();
    for (const name of inTurn(systems, turn).filter(bed.wants)) {
      await withSystem(bed, name, { chats: 1 }, async (system, chats) => {
        await bed.generator.tell("connect", { urls: system.urls, chats, join: true });
        const watch = { ...bed.shared(), node: system.pids };
        const load = await withProfile(bed, system, "hot-chat", () =>
          bed.generator.tell("closedLoop", { chats: 1, underWay, warmUpSeconds, seconds, watch }),
        );
        addLoad(rows, "hot chat", name, load);
      });
    }
    return rows.rows;
  },
  ratios: (at) => [
    {
      what: "messages: ours to the plain design",
      value: at("hot chat: acked messages", "ours") / at("hot chat: acked messages", "plain"),
    },
    {
      what: "ack p99: ours to the plain design",
      value: at("hot chat: ack p99", "ours") / at("hot chat: ack p99", "plain"),
    },
  ],
};
