import { expect, test } from "@playwright/test";
import { anApprovedChat } from "../support/chat-client.ts";
import { startNode, tokenFor } from "../support/start-node.ts";

test("the console connects, joins a chat, sends, and shows acks, events and frames without the token", async ({
  page,
}) => {
  await using node = await startNode();
  const { ownerId, bookingId, chatId } = await anApprovedChat(node);
  const token = tokenFor(ownerId);
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(`${node.url}/api/chat/docs/events`);
  await page
    .locator("section", { has: page.locator("#join_chat") })
    .getByRole("link", { name: "Try it" })
    .click();

  const rows = page.locator("#log li");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(rows.first()).toContainText("Not connected");
  await page.getByLabel("Token").fill("nonsense");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(rows.first()).toContainText("unauthenticated");

  await page.getByLabel("with the frames").check();
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByLabel("Chat, for the examples")).toContainText(bookingId);
  await expect(page.getByLabel("Payload")).toHaveValue(new RegExp(chatId));
  await page.getByRole("button", { name: "Send" }).click();
  await expect(rows.filter({ hasText: "← ack of join_chat" })).toContainText('"hasMore": false');

  await page.getByLabel("Event").selectOption("send_message");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(rows.filter({ hasText: "← ack of send_message" })).toContainText('"ok": true');
  await expect(rows.filter({ hasText: "← receive_message" })).toContainText('"content": "Hello!"');
  await expect(rows.filter({ hasText: "← frame" }).filter({ hasText: '["receive_message",' })).toHaveCount(1);
  await page.getByLabel("Payload").fill("{");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(rows.first()).toContainText("The payload is no JSON");
  expect(await page.locator("#log").innerText()).not.toContain(token);
  expect(errors).toEqual([]);
});
