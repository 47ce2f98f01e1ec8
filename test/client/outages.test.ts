import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Message } from "../../src/contract/message.ts";
import { anApprovedChat, callAs, until } from "../support/chat-client.ts";
import { type CutProxy, startCutProxy } from "../support/cut-proxy.ts";
import { startNode, type TestNode } from "../support/start-node.ts";
import { clientOf, online, sharedStorage, shownIn } from "./clients.ts";

let node: TestNode;
let network: CutProxy;
beforeAll(async () => {
  node = await startNode();
  network = await startCutProxy(node);
});
afterAll(async () => {
  await network[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
});

const textsIn = async (chatId: string, userId: string): Promise<string[]> => {
  const { body } = await callAs(node, userId, "GET", `/api/chat/${chatId}/messages?limit=200`);
  return (body["messages"] as Message[]).filter(({ type }) => type !== "system").map(({ content }) => content);
};

test("what was written during an outage is sent after a reload, once, in its order, under its first id", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  const storage = sharedStorage();
  await using seeker = clientOf(node, seekerId);
  seeker.chat(chatId).open();
  const keys: string[] = [];
  {
    await using owner = clientOf(network, ownerId, { storage });
    const chat = owner.chat(chatId);
    chat.open();
    await online(owner);
    await chat.send({ text: "before" }).done;
    network.cut();
    for (const text of ["one", "two", "three"]) {
      keys.push(chat.send({ text }).key);
      expect(storage.texts.size).toBe(keys.length);
    }
    expect(owner.unsent.get()).toMatchObject({ count: 3 });
    await until(() => owner.connection.get().state === "offline");
    expect(owner.connection.get().retryAt).toBeGreaterThan(0);
    expect(shownIn(chat.view.get())).toEqual(["before: sent", "one: queued", "two: queued", "three: queued"]);
  }
  await using reloaded = clientOf(network, ownerId, { storage });
  const chat = reloaded.chat(chatId);
  chat.open();
  await until(() => shownIn(chat.view.get()).length === 3);
  expect(chat.view.get().items.map(({ key }) => key)).toEqual(keys);
  network.mend();
  await until(() => reloaded.unsent.get().count === 0);
  await until(() => shownIn(seeker.chat(chatId).view.get()).length === 4);
  expect(await textsIn(chatId, ownerId)).toEqual(["before", "one", "two", "three"]);
  await until(() => chat.view.get().completeTo === 5);
  expect(
    chat.view
      .get()
      .items.slice(-3)
      .map(({ key }) => key),
  ).toEqual(keys);
  expect([...storage.texts.keys()]).toEqual([]);
});

test("a lost ack: the message is repeated under the same id, and is there once", async () => {
  const { chatId, ownerId } = await anApprovedChat(node);
  await using owner = clientOf(network, ownerId);
  const chat = owner.chat(chatId);
  chat.open();
  await online(owner);
  const { done } = chat.send({ text: "was it sent?" });
  await Promise.resolve();
  network.cut();
  await until(() => owner.connection.get().state === "offline");
  network.mend();
  await done;
  await online(owner);
  expect(await textsIn(chatId, ownerId)).toEqual(["was it sent?"]);
  expect(shownIn(chat.view.get())).toHaveLength(1);
});

test("a refused draft steps aside, the next one goes on, and it may be sent again or discarded", async () => {
  const { chatId, ownerId } = await anApprovedChat(node);
  const storage = sharedStorage();
  await using owner = clientOf(node, ownerId, { storage });
  const chat = owner.chat(chatId);
  chat.open();
  const refused = chat.send({ text: "\u200b" });
  const next = chat.send({ text: "next" });
  await next.done;
  await expect(refused.done).rejects.toMatchObject({ code: "validation_failed" });
  expect(chat.view.get().items.at(-1)).toMatchObject({
    key: refused.key,
    state: "failed",
    error: { code: "validation_failed" },
  });
  expect(owner.unsent.get().count).toBe(0);
  expect(storage.texts.size).toBe(1);
  chat.retry(refused.key);
  await until(() => chat.view.get().items.at(-1)?.state === "failed");
  chat.discard(refused.key);
  expect(shownIn(chat.view.get())).toEqual([expect.stringContaining("next: ")]);
  await until(() => storage.texts.size === 0);
});

test("one chat waits for its first draft, another does not wait for it", async () => {
  const one = await anApprovedChat(node);
  const storage = sharedStorage();
  await using owner = clientOf(network, one.ownerId, { storage });
  owner.connect();
  await online(owner);
  network.freeze();
  const held = owner.chat(one.chatId).send({ text: "held" });
  await until(() => owner.chat(one.chatId).view.get().items.at(-1)?.state === "sending");
  const behind = owner.chat(one.chatId).send({ text: "behind" });
  network.mend();
  await held.done;
  const [first, second] = [await held.done, await behind.done];
  expect(second.seq).toBe(first.seq + 1);
});

test("what was said in the meantime is there after an outage, and the view says how far it is whole", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  await using owner = clientOf(network, ownerId);
  await using seeker = clientOf(node, seekerId);
  const chat = owner.chat(chatId);
  chat.open();
  await online(owner);
  network.cut();
  for (let n = 0; n < 30; n += 1) await seeker.chat(chatId).send({ text: `missed ${n}` }).done;
  expect(chat.view.get().completeTo).toBe(1);
  expect(chat.view.get().otherOnline).toBeNull();
  network.mend();
  await until(() => chat.view.get().completeTo === 31);
  await online(owner);
  expect(shownIn(chat.view.get())).toEqual(Array.from({ length: 30 }, (_, n) => `missed ${n}: received`));
  await until(() => chat.view.get().otherOnline === true);
});

test("signing out wipes what is stored of this user, and of nobody else", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  const storage = sharedStorage();
  network.cut();
  await using owner = clientOf(network, ownerId, { storage });
  await using seeker = clientOf(network, seekerId, { storage });
  owner.chat(chatId).send({ text: "never sent" });
  seeker.chat(chatId).send({ text: "kept" });
  expect(storage.texts.size).toBe(2);
  await owner.signOut();
  expect(owner.connection.get().state).toBe("closed");
  expect([...storage.texts.values()]).toEqual([expect.stringContaining("kept")]);
  network.mend();
});

test("a mark beyond the end, or before the chat was opened, does not keep the next ones from being sent", async () => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  await using owner = clientOf(node, ownerId);
  await using seeker = clientOf(node, seekerId);
  const chat = owner.chat(chatId);
  owner.connect();
  await until(() => owner.inbox.get().unread === 1);
  chat.markRead(1_000);
  chat.open();
  await until(() => owner.inbox.get().unread === 0);
  await seeker.chat(chatId).send({ text: "new" }).done;
  await until(() => chat.view.get().completeTo === 2);
  chat.markRead();
  await until(() => owner.inbox.get().unread === 0 && chat.view.get().chat?.read[ownerId]?.seq === 2);
});

test("after closing, all is stored; after signing out, nothing is there, and nothing is sent", async () => {
  const { chatId, ownerId } = await anApprovedChat(node);
  const shared = sharedStorage();
  const set = async (key: string, value: string): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await shared.set(key, value);
  };
  const storage = { ...shared, set };
  const owner = clientOf(network, ownerId, { storage });
  network.cut();
  owner.chat(chatId).send({ text: "slowly stored" });
  await owner.close();
  expect(storage.texts.size).toBe(1);
  const again = clientOf(network, ownerId, { storage });
  const { done } = again.chat(chatId).send({ text: "wiped" });
  await until(() => again.unsent.get().count === 2);
  await again.signOut();
  await expect(done).rejects.toMatchObject({ code: "discarded" });
  expect([storage.texts.size, again.unsent.get().count, again.inbox.get().chats]).toEqual([0, 0, []]);
  network.mend();
});
