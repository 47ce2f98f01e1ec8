import { expect, test } from "./fixtures.ts";

test("shows an edited and a deleted message to both, in the conversation and in the list of chats", async ({
  demo,
}) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  await owner.say("Helo");
  await expect(seeker.bubble("Helo")).toBeVisible();
  // The page cannot edit; other frontends can. A call of the page itself has the address and the owner's token.
  const asked = page.waitForRequest("**/api/chat/*/status");
  await owner.root.getByRole("button", { name: "Make read-only" }).click();
  const request = await asked;
  await owner.root.getByRole("button", { name: "Allow writing" }).click();
  await expect(owner.composer).toBeEnabled();
  const message = request.url().replace(/status$/, "messages/2");
  const headers = { authorization: (await request.headerValue("authorization")) ?? "" };

  expect((await page.request.patch(message, { headers, data: { content: "Hello" } })).status()).toBe(200);
  for (const side of [owner, seeker]) await expect(side.bubble("Hello")).toContainText("edited");
  await owner.say("And good day");
  await expect(seeker.rows.first()).toContainText("And good day");

  const all = message.replace(/\/2$/, "");
  const log = (await (await page.request.get(all, { headers })).json()) as {
    messages: { seq: number; content: string }[];
  };
  const seq = log.messages.find(({ content }) => content === "And good day")?.seq;
  expect((await page.request.delete(`${all}/${seq}`, { headers })).status()).toBe(200);
  for (const side of [owner, seeker]) {
    await expect(side.bubble("This message was deleted.")).toHaveCount(1);
    await expect(side.bubble("And good day")).toHaveCount(0);
    await expect(side.rows.first()).toContainText("Deleted message");
  }
});
