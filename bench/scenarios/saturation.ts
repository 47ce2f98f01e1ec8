import { createRows, inTurn, type Scenario } from "../outcome.ts";
import { withProfile } from "../systems/profile.ts";
import { addLoad, withSystem } from "./under-load.ts";

const systems = ["plain", "ours", "relay"] as const;
const sizes = [200, 2_000];

export const saturation: Scenario = {
  name: "saturation",
  title: "As fast as it goes",
  about:
    "In every chat both people are connected and one message is under way: the next one, the other person's, goes " +
    "out when it is acked. One node.",
  turn: async (bed, { seconds, warmUpSeconds }, turn) => {
    const rows = createRows();
    for (const name of inTurn(systems, turn).filter(bed.wants)) {
      await withSystem(bed, name, { chats: Math.max(...sizes) }, async (system, chats) => {
        let connected = 0;
        for (const size of sizes) {
          await bed.generator.tell("connect", { urls: system.urls, chats: chats.slice(connected, size), join: true });
          connected = size;
          const watch = { ...bed.shared(), node: system.pids };
          const load = await withProfile(bed, system, `saturation-${size}`, () =>
            bed.generator.tell("closedLoop", { chats: size, underWay: 1, warmUpSeconds, seconds, watch }),
          );
          bed.report(`  ${name}, ${size} chats: ${(load.acked / load.seconds).toFixed(0)}/s`);
          addLoad(rows, `${size} chats`, name, load);
        }
      });
    }
    return rows.rows;
  },
  ratios: (at) =>
    sizes.flatMap((size) => {
      const rate = (system: string) => at(`${size} chats: acked messages`, system);
      return [
        {
          what: `${size} chats: ours to the plain design`,
          value: rate("ours") / rate("plain"),
          target: { atLeast: 8 },
        },
        { what: `${size} chats: ours to the relay`, value: rate("ours") / rate("relay"), target: { atLeast: 0.7 } },
      ];
    }),
};
