import { expect, test } from "./fixtures.ts";

test("edits and deletes a message by its menu, and both see it, in the conversation and in the list of chats", async ({
  demo,
}) => {
  const { page, owner, seeker, approve } = demo;
  await approve();
  await owner.say("Helo");
  await expect(seeker.bubble("Helo")).toBeVisible();
  await owner.composer.fill("Half a draft");
  await owner.inMessageMenu("Helo", "Edit");
  await expect(owner.composer).toHaveValue("Helo");
  await owner.composer.fill("Hello");
  await owner.composer.press("Enter");
  for (const side of [owner, seeker]) await expect(side.bubble("Hello")).toContainText("edited");
  // What had been begun is back.
  await expect(owner.composer).toHaveValue("Half a draft");
  await owner.composer.fill("");

  // Arrow up in an empty field edits the newest own message; Escape ends it.
  await owner.say("And good day");
  await owner.composer.press("ArrowUp");
  await expect(owner.composer).toHaveValue("And good day");
  await expect(owner.root.getByText("Editing a message")).toBeVisible();
  await owner.composer.press("Escape");
  await expect(owner.composer).toHaveValue("");
  await expect(owner.composer).toBeFocused();

  await owner.inMessageMenu("And good day", "Delete");
  const question = page.getByRole("dialog", { name: "Delete this message?" });
  await question.getByRole("button", { name: "Close" }).click();
  await expect(seeker.bubble("And good day")).toHaveCount(1);
  await owner.inMessageMenu("And good day", "Delete");
  await question.getByRole("button", { name: "Delete" }).click();
  for (const side of [owner, seeker]) {
    await expect(side.bubble("This message was deleted.")).toHaveCount(1);
    await expect(side.bubble("And good day")).toHaveCount(0);
    await expect(side.rows.first()).toContainText("Deleted message");
  }
});

test("copies and reports a message, reports the person, mutes the chat, and says why something cannot be changed", async ({
  demo,
  context,
}) => {
  const { page, owner, seeker, approve } = demo;
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await approve();
  await owner.say("Send the deposit first");
  await expect(seeker.bubble("Send the deposit first")).toBeVisible();
  await seeker.inMessageMenu("Send the deposit first", "Copy text");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("Send the deposit first");

  // With the keyboard alone.
  const options = seeker.bubble("Send the deposit first").getByRole("button", { name: /^Message options/ });
  await options.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("End");
  await expect(seeker.root.getByRole("menuitem", { name: "Report…" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(options).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Report this message" });
  await dialog.getByLabel("Reason").selectOption("scam");
  await dialog.getByLabel(/What happened/).fill("Wants money before the visit");
  const sent = page.waitForRequest("**/reports");
  await dialog.getByRole("button", { name: "Send report" }).click();
  expect((await sent).postDataJSON()).toEqual({ seq: 2, reason: "scam", note: "Wants money before the visit" });
  await expect(seeker.root.getByRole("alert")).toHaveText("Thank you. The report was sent.");

  await seeker.inChatMenu(/^Report Olga/);
  const person = page.waitForRequest("**/reports");
  await page
    .getByRole("dialog", { name: /^Report Olga/ })
    .getByRole("button", { name: "Send report" })
    .click();
  expect((await person).postDataJSON()).toEqual({ reason: "spam" });

  await seeker.inChatMenu("Mute for 8 hours");
  await expect(seeker.rows.getByText("Muted")).toBeAttached();
  await seeker.inChatMenu("Unmute");
  await expect(seeker.rows.getByText("Muted")).toHaveCount(0);

  await owner.inChatMenu("Make read-only");
  await expect(owner.composer).toBeHidden();
  await owner.bubble("Send the deposit first").hover();
  await owner
    .bubble("Send the deposit first")
    .getByRole("button", { name: /^Message options/ })
    .click();
  const edit = owner.root.getByRole("menuitem", { name: "Edit" });
  await expect(edit).toContainText("Nobody can write in this chat now.");
  await expect(edit).toHaveAttribute("aria-disabled", "true");
});

test("a finger that rests on a message opens its menu, and one that lifts leaves it open", async ({ demo }) => {
  const { page, owner, approve } = demo;
  await approve();
  await owner.say("Press here");
  const bubble = owner.bubble("Press here").locator(".bubble");
  const at = await bubble.boundingBox();
  const client = await page.context().newCDPSession(page);
  const point = { x: (at?.x ?? 0) + 10, y: (at?.y ?? 0) + 10 };
  await client.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
  await expect(owner.root.getByRole("menuitem", { name: "Edit" })).toBeVisible();
  await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await expect(owner.root.getByRole("menuitem", { name: "Edit" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(owner.root.getByRole("menuitem")).toHaveCount(0);
});
