import { createRows, type Scenario } from "../outcome.ts";
import { withSystem } from "./under-load.ts";

const systems = ["plain", "ours"] as const;
const [few, many, page] = [10, 1_000, 10];
const requestsPerSecond = 50;

const users = { few: "owner-of-few", many: "owner-of-many" };
const kinds = {
  [`${page} of ${few} chats`]: { userId: users.few, limit: page, expected: page },
  [`${page} of ${many} chats`]: { userId: users.many, limit: page, expected: page },
  [`50 of ${many} chats`]: { userId: users.many, limit: 50, expected: 50 },
};

export const inbox: Scenario = {
  name: "inbox",
  title: "The inbox of a user with many chats",
  about: "GET /api/chat/user/:userId, one request at a time, the users in turn; milliseconds to the last byte.",
  turn: async (bed, { seconds }) => {
    const rows = createRows();
    for (const name of systems.filter(bed.wants)) {
      await withSystem(bed, name, { chats: 0 }, async (system) => {
        await system.makeChats(few, { ownerId: users.few });
        await system.makeChats(many, { ownerId: users.many });
        const [url = ""] = system.urls;
        const asked = await bed.generator.tell("inboxes", { url, kinds, count: requestsPerSecond * seconds });
        for (const [kind, { p50, p99 }] of Object.entries(asked)) {
          rows.add(`${kind}: p50`, "ms", name, p50);
          rows.add(`${kind}: p99`, "ms", name, p99);
        }
      });
    }
    return rows.rows;
  },
  ratios: (at) => [
    {
      what: `${page} of ${many} chats to ${page} of ${few}, p50, ours`,
      value: at(`${page} of ${many} chats: p50`, "ours") / at(`${page} of ${few} chats: p50`, "ours"),
      target: { atMost: 1.2 },
    },
  ],
};
