import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { anApprovedChat, until } from "../support/chat-client.ts";
import { freezeService, ownFiles } from "../support/own-services.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import { aPicture, put, someBytes, uploaderOf, uploadSettings } from "../support/uploads.ts";

// "When something is away", the store for files: text goes on, uploading and reading are `unavailable`.
let files: Awaited<ReturnType<typeof ownFiles>>;
let node: TestNode;
let owner: ReturnType<typeof uploaderOf>;

beforeAll(async () => {
  files = await ownFiles();
  node = await startNode(uploadSettings(files.settings));
  const { chatId, ownerId } = await anApprovedChat(node);
  owner = uploaderOf(node, ownerId, chatId);
});
afterEach(() => files.start());
afterAll(async () => {
  await node.stop(2_000);
  await files.close();
});

/** Away in one way, and how it comes back. */
const ways = {
  killed: async () => {
    await files.stop("SIGKILL");
    return () => files.start();
  },
  frozen: () => freezeService(files),
};

const gauge = async (): Promise<string | undefined> =>
  /^chat_dependency_up\{dependency="files"\} (\d)$/m.exec(await (await fetch(`${node.opsUrl}/metrics`)).text())?.[1];

describe.each(["killed", "frozen"] as const)("with the store for files %s", (how) => {
  test("text goes on, uploading and reading are unavailable, and both work again afterwards", async () => {
    const bytes = someBytes();
    const ready = await owner.upload(bytes);
    const { body: begun } = await owner.begin(aPicture(bytes));
    await put(begun.upload, bytes);
    const back = await ways[how]();
    try {
      await until(async () => (await gauge()) === "0", "a gauge of 0");
      const answers = [
        await owner.begin(aPicture(bytes)),
        await owner.read(ready.id),
        await owner.complete(begun.attachment.id),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
      expect((await owner.complete(ready.id)).body.attachment).toEqual(ready);
      expect((await owner.send({ type: "text", content: "text goes on" })).status).toBe(201);
      expect(await (await fetch(`${node.url}/api/chat/health`)).json()).toMatchObject({ status: "ok" });
      expect((await fetch(`${node.opsUrl}/readyz`)).status).toBe(200);
    } finally {
      await back();
    }
    await until(async () => (await gauge()) === "1", "a gauge of 1");
    expect((await owner.complete(begun.attachment.id)).body.attachment).toMatchObject({ state: "ready" });
    const { body: found } = await owner.read(ready.id);
    expect(Buffer.from(await (await fetch(found.url)).arrayBuffer())).toEqual(bytes);
  });
});

test("an installation without uploads reports no store for files", async () => {
  await using off = await startNode();
  expect(await (await fetch(`${off.opsUrl}/metrics`)).text()).not.toContain('dependency="files"');
});
