import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import type { ChatClient, ChatClientOptions, ChatHandle } from "../../../client/src/types.ts";
import { anApprovedChat } from "../../support/chat-client.ts";
import { type CutProxy, startCutProxy } from "../../support/cut-proxy.ts";
import { startNode, type TestNode, tokenFor } from "../../support/start-node.ts";

export const root = join(import.meta.dirname, "../../..");
const socketClient = join(
  dirname(createRequire(import.meta.url).resolve("socket.io-client/package.json")),
  "dist/socket.io.esm.min.js",
);

declare global {
  interface Window {
    createChatClient: (options: ChatClientOptions) => ChatClient;
    client: ChatClient;
    chat: ChatHandle;
  }
}

const html = `<!doctype html><title>A page of somebody's</title>
<script type="importmap">{"imports":{"socket.io-client":"/socket.io-client.js"}}</script>
<script type="module">import { createChatClient } from "/dist/index.js"; window.createChatClient = createChatClient;</script>`;

/** A page of somebody who uses the built package. */
const servePage = async (dist: string) => {
  const server = createServer(({ url = "/" }, response) => {
    const file = url === "/socket.io-client.js" ? socketClient : join(dist, url.replace("/dist/", ""));
    if (url !== "/" && !existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": extname(url) === ".js" ? "text/javascript" : "text/html" });
    response.end(url === "/" ? html : readFileSync(file));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
};

export type Ground = { node: TestNode; network: CutProxy; pageUrl: string };
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
      const dist = mkdtempSync(join(tmpdir(), "lyvo-chat-client-"));
      const args = ["--log-level", "error", "--out-dir", dist];
      execFileSync(join(root, "node_modules/.bin/tsdown"), args, { cwd: join(root, "client"), stdio: "inherit" });
      const page = await servePage(dist);
      const node = await startNode({ CORS_ORIGINS: page.url });
      const network = await startCutProxy(node);
      await use({ node, network, pageUrl: page.url });
      await network[Symbol.asyncDispose]();
      await node[Symbol.asyncDispose]();
      page.server.closeAllConnections();
      page.server.close();
      rmSync(dist, { recursive: true });
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
