import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import type { ChatClient, ChatClientOptions, ChatHandle } from "../../../client/src/types.ts";
import { anApprovedChat } from "../../support/chat-client.ts";
import { type CutProxy, startCutProxy } from "../../support/cut-proxy.ts";
import { startNode, type TestNode, tokenFor } from "../../support/start-node.ts";
import { storeSettings } from "../../support/uploads.ts";
import { makeProject, type Project, root, serveFolders } from "./project.ts";

declare global {
  interface Window {
    createChatClient: (options: ChatClientOptions) => ChatClient;
    client: ChatClient;
    chat: ChatHandle;
  }
}

const html = `<!doctype html><title>A page of somebody's</title>
<script type="importmap">{"imports":{"socket.io-client":"/node_modules/socket.io-client/dist/socket.io.esm.min.js"}}</script>
<script type="module">import { createChatClient } from "/node_modules/@lyvo/chat-client/dist/index.js"; window.createChatClient = createChatClient;</script>`;

/** A chat node, a network to it that can be cut, and a page of somebody who uses the packed package, with its files. */
export type Ground = { node: TestNode; network: CutProxy; project: Project; pageUrl: string };
export type Tab = Page & {
  as: (userId: string, chatId: string, options?: Partial<ChatClientOptions>) => Promise<void>;
};

/** A tab in which the package is loaded; `as` makes its client, and opens a chat. */
export const openTab = async (context: BrowserContext, { pageUrl, network }: Ground): Promise<Tab> => {
  const page = await context.newPage();
  await page.goto(pageUrl);
  await page.waitForFunction(() => "createChatClient" in window);
  const as: Tab["as"] = async (userId, chatId, options = {}) => {
    const given = { ...options, url: network.url, userId };
    await page.evaluate(
      ([clientOptions, token, id]) => {
        window.client = window.createChatClient({ ...clientOptions, getToken: async () => token });
        window.chat = window.client.chat(id);
        window.chat.open();
      },
      [given, tokenFor(userId), chatId] as const,
    );
  };
  return Object.assign(page, { as });
};

export type Talk = Awaited<ReturnType<typeof anApprovedChat>>;

export const test = base.extend<{ talk: Talk }, { ground: Ground }>({
  ground: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from this pattern what a fixture needs
    async ({}, use) => {
      await using project = await makeProject();
      writeFileSync(join(project.folder, "index.html"), html);
      await using page = await serveFolders(project.folder, root);
      // In development a page on this machine needs no entry in CORS_ORIGINS.
      await using node = await startNode({ NODE_ENV: "development", ...storeSettings() });
      await using network = await startCutProxy(node);
      await use({ node, network, project, pageUrl: page.url });
    },
    { scope: "worker", timeout: 180_000 },
  ],
  talk: async ({ ground }, use) => use(await anApprovedChat(ground.node)),
});

export { expect };

/** The texts of a tab's items, each with its state. */
export const shownIn = (tab: Page): Promise<string[]> =>
  tab.evaluate(() =>
    window.chat.view
      .get()
      .items.filter(({ message }) => message.type !== "system")
      .map(({ message, state }) => `${message.content}: ${state}`),
  );

export const stateOf = (tab: Page): Promise<string> => tab.evaluate(() => window.client.connection.get().state);
export const roleOf = (tab: Page): Promise<string> => tab.evaluate(() => window.client.diagnostics.get().role);
export const say = (tab: Page, text: string): Promise<string> =>
  tab.evaluate((words) => window.chat.send({ text: words }).key, text);
