import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { ProvidedService } from "../../local/services/service.ts";
import { anApprovedChat, ask, type Client, callAs, connect, until } from "../support/chat-client.ts";
import { freeze, thaw } from "../support/freeze.ts";
import { ownReplicaSet } from "../support/own-replica-set.ts";
import { uniqueName } from "../support/services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import type { ReplicaSet } from "../torture/replica-set.ts";

// DESIGN "When something is away", MongoDB primary: connections stay; sends wait up to their limit, then `unavailable`;
// the same send repeated lands once.
let set: ReplicaSet;
let node: TestNode;
let owner: Client;
let chat: Awaited<ReturnType<typeof anApprovedChat>>;
let ended = 0;
const mends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  set = await ownReplicaSet();
  // Addresses of several members are no URL, so the name of the database is put in by hand.
  const uri = set.uri.replace("/torture", `/${uniqueName("primary")}`);
  node = await startNode({ MONGODB_URI: uri });
  chat = await anApprovedChat(node);
  owner = await connect(node, chat.ownerId);
  owner.on("disconnect", () => void (ended += 1));
  await ask(owner, "join_chat", chat.chatId);
});
afterEach(async () => {
  for (const mend of mends.splice(0)) await mend();
  await set.primary();
});
afterAll(async () => {
  owner.disconnect();
  await node.stop(1_000);
  await set.close();
});

const killed = async (member: ProvidedService): Promise<void> => {
  await member.stop("SIGKILL");
  mends.push(() => member.start());
};
const frozen = async ({ pid = 0 }: ProvidedService): Promise<void> => {
  await freeze(pid);
  mends.push(() => thaw(pid));
};

const secondariesOf = async (): Promise<ProvidedService[]> => {
  const primary = await set.primary();
  return set.members.filter((member) => member !== primary);
};

type Answer = { ok?: boolean; message?: { seq: number }; error?: { code: string } };

/** Twenty sends of one person, none waiting for the one before. */
const sendTwenty = (prefix: string): Promise<Answer[]> =>
  Promise.all(
    Array.from({ length: 20 }, (_, n) => {
      const clientMessageId = `${prefix}-${n}`;
      const message = { chatId: chat.chatId, type: "text", content: clientMessageId, clientMessageId };
      return ask(owner, "send_message", message);
    }),
  );
const twenty = (prefix: string): string[] => Array.from({ length: 20 }, (_, n) => `${prefix}-${n}`);
const codesOf = (answers: Answer[]): string[] => answers.map(({ ok, error }) => (ok ? "ok" : (error?.code ?? "none")));

const landed = async (prefix: string): Promise<string[]> => {
  const path = `/api/chat/${chat.chatId}/messages?limit=200`;
  const { body } = await callAs(node, chat.ownerId, "GET", path);
  const messages = body["messages"] as { content: string }[];
  return messages.flatMap(({ content }) => (content.startsWith(`${prefix}-`) ? content : []));
};

/** As a client does it: what was answered `unavailable` is sent again, all of it and in its order. */
const sendTwentyUntilAcked = async (prefix: string): Promise<void> => {
  const acked = async (): Promise<boolean> => codesOf(await sendTwenty(prefix)).every((code) => code === "ok");
  await until(acked, "every send being acked");
};

describe("with the primary of three", () => {
  test("killed, sends wait for the next primary and are acked, each once and in order", async () => {
    await killed(await set.primary());
    expect(codesOf(await sendTwenty("killed"))).toEqual(Array(20).fill("ok"));
    expect(await landed("killed")).toEqual(twenty("killed"));
    expect(ended).toBe(0);
  });

  // A frozen one is only missed by what it does not answer: on a busy machine a send's own limit may be over before.
  test("frozen, sends are acked, at the latest when they are repeated, each once and in order", async () => {
    await frozen(await set.primary());
    await sendTwentyUntilAcked("frozen");
    expect(await landed("frozen")).toEqual(twenty("frozen"));
    expect(ended).toBe(0);
  });
});

const outages: Record<string, () => Promise<unknown>> = {
  "the primary killed and one more frozen": async () => {
    const [second] = await secondariesOf();
    await killed(await set.primary());
    if (second) await frozen(second);
  },
  // Such a primary takes the write, and nobody may believe it.
  "both others frozen while the primary stands": async () => {
    for (const member of await secondariesOf()) await frozen(member);
  },
};

describe("without a majority", () => {
  test.each(Object.keys(outages))(
    "(%s) sends are answered `unavailable` at their limit, and repeated sends are stored once",
    async (how) => {
      const prefix = uniqueName("lost");
      await outages[how]?.();
      expect(codesOf(await sendTwenty(prefix))).toEqual(Array(20).fill("unavailable"));
      expect(ended).toBe(0);
      for (const mend of mends.splice(0)) await mend();
      let answers: Answer[] = [];
      await until(async () => {
        answers = await sendTwenty(prefix);
        return codesOf(answers).every((code) => code === "ok");
      }, "the repeated sends being acked");
      expect(await landed(prefix)).toEqual(twenty(prefix));
      // A further repeat is answered with the same messages.
      expect(await sendTwenty(prefix)).toEqual(answers);
      expect(ended).toBe(0);
    },
  );
});
