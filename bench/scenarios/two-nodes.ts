import { createRows, inTurn, type Scenario } from "../outcome.ts";
import { withProfile } from "../systems/profile.ts";
import { addLoad, withSystem } from "./under-load.ts";

const systems = ["plain", "ours", "relay"] as const;
const size = 200;

export const twoNodes: Scenario = {
  name: "two-nodes",
  title: "Two nodes",
  about:
    `As above with ${size} chats, on two nodes with Redis between them: the owners are connected to one, the seekers ` +
    "to the other, so every delivery crosses. The plain design and the relay have the same adapter. On a machine of " +
    "two cores a second node adds no power; what shows is what the crossing costs.",
  turn: async (bed, { seconds, warmUpSeconds }, turn) => {
    const rows = createRows();
    for (const name of inTurn(systems, turn).filter(bed.wants)) {
      await withSystem(bed, name, { nodes: 2, chats: size }, async (system, chats) => {
        await bed.generator.tell("connect", { urls: system.urls, chats, join: true });
        const watch = { ...bed.shared(), node: system.pids };
        const load = await withProfile(bed, system, "two-nodes", () =>
          bed.generator.tell("closedLoop", { chats: size, underWay: 1, warmUpSeconds, seconds, watch }),
        );
        addLoad(rows, "two nodes", name, load);
      });
    }
    return rows.rows;
  },
  ratios: (at) => {
    const rate = (system: string) => at("two nodes: acked messages", system);
    return [
      { what: "messages: ours to the plain design", value: rate("ours") / rate("plain"), target: { atLeast: 8 } },
      { what: "messages: ours to the relay", value: rate("ours") / rate("relay"), target: { atLeast: 0.7 } },
    ];
  },
};
