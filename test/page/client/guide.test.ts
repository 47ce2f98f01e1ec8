import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { aBooking, anApprovedChat, ask, callAs, connect, until } from "../../support/chat-client.ts";
import { tokenFor } from "../../support/start-node.ts";
import { expect, test } from "./fixtures.ts";
import { addApp, buildApp, checkTypes, root, serveFolders } from "./project.ts";

const guide = readFileSync(join(root, "docs/frontend.md"), "utf8");

/** The snippets of docs/frontend.md by the file that each is: those that begin with ```js connect.js. */
const snippets = Object.fromEntries(
  [...guide.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, file = "", text = ""]) => [file, text]),
);
const pick = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, snippets[name] ?? `// docs/frontend.md has no ${name}`]));

const tsconfig = (compilerOptions: object): string =>
  JSON.stringify({
    compilerOptions: {
      target: "es2022",
      lib: ["es2023", "dom", "dom.iterable"],
      module: "esnext",
      moduleResolution: "bundler",
      skipLibCheck: true,
      noEmit: true,
      ...compilerOptions,
    },
    include: ["**/*"],
  });
/** JavaScript is checked as an editor does it. */
const checkedJavaScript = tsconfig({ allowJs: true, checkJs: true, strict: false, types: [] });

test("every snippet of code in the guide is a file that is run here", () => {
  const languages = [...guide.matchAll(/^```(\w+)(.*)$/gm)].filter(([, language]) => language !== "sh");
  expect(languages.filter(([, , file]) => file === "").map(([whole]) => whole)).toEqual([]);
  expect(Object.keys(snippets)).toEqual([
    "src/App.tsx",
    "index.html",
    "chat.js",
    "connect.js",
    "open-chat.js",
    "newer-card.js",
    "send-file.js",
  ]);
});

const mara = "mara-lindqvist";

test("the guide's React app: from nothing to a chat", async ({ page, ground }, info) => {
  const { seekerId, chatId, bookingId } = await anApprovedChat(ground.node, aBooking({ ownerId: mara }));
  const app = addApp(ground.project, "guide-react", {
    ...pick("src/App.tsx"),
    // The rest is what `npm create vite` makes.
    "src/main.tsx": `import { StrictMode } from "react"; import { createRoot } from "react-dom/client"; import App from "./App.tsx";
      createRoot(document.getElementById("root")!).render(<StrictMode><App /></StrictMode>);`,
    "index.html": `<link rel="icon" href="data:,"><div id="root"></div><script type="module" src="/src/main.tsx"></script>`,
    "tsconfig.json": tsconfig({
      strict: true,
      jsx: "react-jsx",
      types: ["vite/client"],
      allowImportingTsExtensions: true,
    }),
  });
  checkTypes(app);
  const env = { VITE_CHAT_URL: ground.network.url, VITE_CHAT_TOKEN: tokenFor(mara) };
  await using served = await serveFolders(buildApp(app, info.outputPath("app"), env));
  await page.goto(served.url);
  await page.getByRole("button", { name: bookingId }).click();
  await expect(page.getByRole("status")).toHaveText("online");
  await page.getByLabel("Message").fill("Hello from React");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.locator("li", { hasText: "Hello from React" })).toContainText("sent");
  await callAs(ground.node, seekerId, "POST", `/api/chat/${chatId}/message`, { type: "text", content: "Hello Mara" });
  await expect(page.locator("li", { hasText: "Hello Mara" })).toContainText("received");
  await expect(page.getByRole("button", { name: `${bookingId} (0)` })).toBeVisible();
});

test("the guide's plain page: from nothing to a chat", async ({ page, ground }) => {
  const { seekerId, chatId, bookingId } = await anApprovedChat(ground.node, aBooking({ ownerId: mara }));
  const files = pick("index.html", "chat.js");
  const own = { ...files, "chat.js": files["chat.js"]?.replace("http://127.0.0.1:5002", ground.network.url) ?? "" };
  const app = addApp(ground.project, "guide-plain", { ...own, "tsconfig.json": checkedJavaScript });
  checkTypes(app);
  await using served = await serveFolders(app, ground.project.folder, root);
  page.on("dialog", (dialog) => void dialog.accept(tokenFor(mara)));
  await page.goto(served.url);
  await page.getByRole("button", { name: bookingId }).click();
  await expect(page.getByRole("status")).toHaveText("online");
  await page.getByLabel("Message").fill("Hello from a plain page");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.locator("li", { hasText: "Hello from a plain page" })).toHaveText(/\(sent\)$/);
  await callAs(ground.node, seekerId, "POST", `/api/chat/${chatId}/message`, { type: "text", content: "Hello Mara" });
  await expect(page.locator("li", { hasText: "Hello Mara" })).toHaveText(/\(received\)$/);
});

type Shown = { seq: number; content: string };
type OpenChat = (options: object) => { send: (content: string) => void; close: () => void };

test("the guide's client of the bare protocol misses nothing over an outage", async ({ ground, talk }) => {
  const { node, network, project } = ground;
  const { ownerId, seekerId, chatId } = talk;
  const files = pick("connect.js", "open-chat.js", "newer-card.js", "send-file.js");
  const folder = addApp(project, "guide-protocol", { ...files, "tsconfig.json": checkedJavaScript });
  checkTypes(folder);
  const load = (file: string) => import(pathToFileURL(join(folder, file)).href);
  const { openChat }: { openChat: OpenChat } = await load("open-chat.js");
  let shown: Shown[] = [];
  const chat = openChat({
    url: network.url,
    chatId,
    getToken: async () => tokenFor(ownerId),
    onChange: (messages: Shown[]) => (shown = messages),
    onRefused: (_message: object, error: object) => expect(error).toBeNull(),
  });
  const texts = (): string[] => shown.map(({ content }) => content).slice(1);
  using seeker = await connect(node, seekerId);
  const say = (content: string) => ask(seeker, "send_message", { chatId, type: "text", content });
  chat.send("one");
  await until(() => texts().includes("one"));
  network.cut();
  await say("tow");
  const { messages } = (await ask(seeker, "join_chat", chatId)) as { messages: Shown[] };
  await ask(seeker, "edit_message", { chatId, seq: messages.at(-1)?.seq, content: "two" });
  chat.send("three");
  network.mend();
  await until(() => texts().length === 3);
  expect(texts()).toEqual(["one", "two", "three"]);
  chat.close();

  const { sendFile } = await load("send-file.js");
  const call = async (method: string, path: string, about?: object) =>
    (await callAs(node, ownerId, method, path, about)).body;
  const file = new File(["a contract"], "contract.pdf", { type: "application/pdf" });
  const sent = await sendFile({ call, chatId, file, clientMessageId: "mine-1" });
  expect(sent.message).toMatchObject({ type: "file", attachment: { name: "contract.pdf", size: 10, state: "ready" } });

  const { newerCard } = await load("newer-card.js");
  const { body } = await callAs(node, ownerId, "GET", `/api/chat/${chatId}`);
  const newest = body["chat"] as { lastSeq: number; read: Record<string, { seq: number; at: string }> };
  const older = { ...newest, lastSeq: 1, unreadCount: 7, read: { ...newest.read, [seekerId]: { seq: 99, at: "" } } };
  expect(newerCard(undefined, older, ownerId)).toEqual(older);
  const kept = newerCard(newest, older, ownerId);
  expect(kept).toMatchObject({ lastSeq: newest.lastSeq, read: { [seekerId]: { seq: 99 } } });
  expect(newerCard(older, newest, ownerId)).toEqual(kept);
});
