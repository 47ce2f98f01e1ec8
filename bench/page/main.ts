import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { provideServices } from "../../local/services/provide-services.ts";
import { stopSignal } from "../../local/stop-signal.ts";
import { type DemoStack, startDemoStack } from "../../test/page/demo-stack.ts";
import { seedTexts } from "../../test/page/seed.ts";
import { findChromium } from "../../test/support/find-chromium.ts";
import { commit, load, machine } from "../machine.ts";
import { median } from "../statistics.ts";

// node bench/page/main.ts: what a long chat costs on the page, in a real Chromium, in proportion to a short one.

const sizes = { short: 50, long: 5_000 };
const turns = 3;
const keyPresses = 60;

type Figures = { openMs: number; keyMs: number; rows: number; nodes: number };

/** The milliseconds from the press on the chat's row until its newest message was painted. */
const open = async (page: Page, row: number): Promise<number> =>
  page.evaluate(async (index) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const button = document.querySelectorAll<HTMLElement>("#side-owner .inbox-row")[index];
    const startMs = performance.now();
    button?.click();
    while (!document.querySelector("#side-owner .messages li.message")) await frame();
    await frame();
    await frame();
    return performance.now() - startMs;
  }, row);

/** The median time that a key press takes until the page is laid out again. */
const pressKeys = async (page: Page): Promise<number> =>
  page.evaluate(async (count) => {
    const text = document.querySelector<HTMLTextAreaElement>("#side-owner textarea.composer-text");
    const log = document.querySelector<HTMLElement>("#side-owner .log");
    const took: number[] = [];
    text?.focus();
    for (let press = 0; press < count; press += 1) {
      const startMs = performance.now();
      document.execCommand("insertText", false, "a");
      log?.getBoundingClientRect();
      took.push(performance.now() - startMs);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    document.execCommand("selectAll");
    document.execCommand("delete");
    return took.sort((a, b) => a - b)[Math.floor(count / 2)] ?? 0;
  }, keyPresses);

/** Goes to the first day, so that all of the chat is loaded, and back to the end. */
const loadAll = async (page: Page): Promise<void> => {
  const side = page.locator("#side-owner");
  await side.getByRole("button", { name: "Chat options" }).click();
  await side.getByRole("menuitem", { name: "Go to a day…" }).click();
  await side.getByRole("textbox", { name: "Day" }).fill("2020-01-01");
  await page.getByRole("button", { name: "Go", exact: true }).click();
  await side.locator('li[data-seq="1"]').waitFor();
  const latest = side.locator(".latest-button");
  if (await latest.isVisible()) await latest.click();
};

const makeChat = async (page: Page, stack: DemoStack, count: number): Promise<void> => {
  await page.locator("#desk").getByRole("button", { name: "Approve booking" }).click();
  await page.locator("#side-owner .system-note").waitFor();
  const chatId = new URL(page.url()).hash.replace("#/chat/", "");
  await seedTexts(stack, chatId, { sender: "owner", count });
  await page.locator("#side-owner textarea.composer-text").fill(`the last of ${count}.`);
  await page.keyboard.press("Enter");
  await page.locator('#side-owner [data-delivery="delivered"]').last().waitFor();
  await page.goto(page.url().replace(/#.*/, ""));
};

const measure = async (page: Page, name: string): Promise<Figures> => {
  await page.reload();
  const rows = page.locator("#side-owner .inbox-row");
  await rows.filter({ hasText: name }).waitFor();
  const texts = await rows.allTextContents();
  const openMs = await open(
    page,
    texts.findIndex((text) => text.includes(name)),
  );
  await loadAll(page);
  const keyMs = await pressKeys(page);
  const count = (selector: string) => page.locator(selector).count();
  return { openMs, keyMs, rows: await count("#side-owner li.message"), nodes: await count("#side-owner .messages *") };
};

const compare = async (browser: Browser, stack: DemoStack): Promise<string> => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${stack.pageUrl}/?owner=bench-owner&seeker=bench-seeker`);
  for (const count of Object.values(sizes)) await makeChat(page, stack, count);
  const all: Record<keyof typeof sizes, Figures[]> = { short: [], long: [] };
  const loads: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    loads.push(load());
    for (const size of ["short", "long"] as const) all[size].push(await measure(page, `the last of ${sizes[size]}.`));
  }
  const of = (size: keyof typeof sizes, what: keyof Figures) => median(all[size].map((figures) => figures[what]));
  const line = (label: string, what: keyof Figures) =>
    `| ${label} | ${of("short", what).toFixed(1)} | ${of("long", what).toFixed(1)} | ${(of("long", what) / of("short", what)).toFixed(2)} |`;
  return [
    `# A long chat on the page\n\n\`node bench/page/main.ts\`, commit ${commit()}, ${machine()},`,
    `load average ${loads.map((value) => value.toFixed(1)).join(", ")} before each of the ${turns} turns. Medians.\n`,
    `| | ${sizes.short} messages | ${sizes.long} messages | ratio |\n| --- | --- | --- | --- |`,
    line("opening the chat, ms", "openMs"),
    line("a key press with all of it loaded, ms", "keyMs"),
    line("messages in the page", "rows"),
    line("elements in the log", "nodes"),
    "",
  ].join("\n");
};

const signal = stopSignal();
const report = (text: string): void => console.log(text);
const folder = mkdtempSync(join(tmpdir(), "lyvo-chat-bench-page-"));
await using services = await provideServices({ env: process.env, folder, keep: false, signal, report });
Object.assign(process.env, services.settings);
await using stack = await startDemoStack();
const browser = await chromium.launch({
  executablePath: await findChromium({ env: process.env, signal, report }),
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const results = await compare(browser, stack);
  report(results);
  writeFileSync(new URL("RESULTS.md", import.meta.url), results);
} finally {
  await browser.close();
}
