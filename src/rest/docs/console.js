// The console of the docs pages, as the browser loads it: connects to this node as a client does, sends events, and lists what
// goes to and fro. The examples come from asyncapi.json.
import { io } from "./socket.io.esm.min.js";

const docs = new URL("..", import.meta.url);
const find = (id) => document.getElementById(id);
const tokenInput = find("token");
const state = find("state");
const chats = find("chats");
const events = find("event");
const payload = find("payload");
const log = find("log");

/** More would make the page slow; the oldest go. */
const mostRows = 300;

const row = (kind, title, value) => {
  const item = document.createElement("li");
  item.className = kind;
  const heading = document.createElement("b");
  heading.textContent = `${new Date().toLocaleTimeString()} ${title}`;
  item.append(heading);
  if (value !== undefined) {
    const text = document.createElement("pre");
    text.textContent = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    item.append(text);
  }
  log.prepend(item);
  while (log.children.length > mostRows) log.lastChild.remove();
};

const { components, operations } = await (await fetch(new URL("asyncapi.json", docs))).json();
const clientEvents = Object.entries(operations).filter(
  ([name, { action }]) => action === "receive" && !name.startsWith("kafka."),
);
for (const [name] of clientEvents) events.add(new Option(name));

/** The example of the chosen event, with the chosen chat. */
const showExample = () => {
  const [example] = components.messages[events.value].examples;
  const given = { ...example.payload };
  if ("chatId" in given && chats.value) given.chatId = chats.value;
  if ("clientMessageId" in given) given.clientMessageId = crypto.randomUUID?.() ?? String(Date.now());
  payload.value = JSON.stringify(given, null, 2);
  find("summary").textContent = operations[events.value].summary;
};
events.addEventListener("change", showExample);
chats.addEventListener("change", showExample);

let socket;

const token = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** Lists the frames of the websocket below Socket.IO. The tokens in them are not shown. */
const watchFrames = (engine) => {
  const digits = { open: 0, close: 1, ping: 2, pong: 3, message: 4 };
  const show =
    (arrow) =>
    ({ type, data = "" }) => {
      if (!find("frames").checked) return;
      row("frame", `${arrow} frame`, `${digits[type] ?? type}${data}`.replaceAll(token, "…"));
    };
  engine.on("packetCreate", show("→"));
  engine.on("packet", show("←"));
};

/** Fills the list of chats with the newest ones of the person. */
const loadChats = async (userId) => {
  const answer = await fetch(new URL(`../user/${encodeURIComponent(userId)}?limit=50`, docs), {
    headers: { authorization: `Bearer ${tokenInput.value.trim()}` },
  });
  const { chats: found = [] } = await answer.json();
  chats.replaceChildren(...found.map(({ id, bookingId, status }) => new Option(`${bookingId} (${status})`, id)));
  showExample();
};

const disconnect = () => {
  socket?.disconnect();
  socket = undefined;
};

find("connect").addEventListener("submit", (event) => {
  event.preventDefault();
  disconnect();
  const given = tokenInput.value.trim();
  sessionStorage.setItem("lyvo-chat-console-token", given);
  state.textContent = "connecting …";
  const own = io({ transports: ["websocket"], auth: { token: given }, autoConnect: false, forceNew: true });
  socket = own;
  own.io.on("open", () => watchFrames(own.io.engine));
  own.on("connect", () => {
    state.textContent = "connected";
    row("note", "connected");
  });
  own.on("disconnect", (reason) => {
    state.textContent = "not connected";
    row("note", `disconnected: ${reason}`);
  });
  own.on("connect_error", (error) => {
    state.textContent = "not connected";
    row("failed", "← connect_error", error.data ?? error.message);
  });
  own.onAny((name, value) => row("received", `← ${name}`, value));
  own.on("welcome", ({ userId }) => {
    loadChats(userId).catch((error) => row("failed", "The chats could not be loaded", String(error)));
  });
  own.connect();
});
find("disconnect").addEventListener("click", disconnect);

const parsed = () => {
  try {
    return { value: JSON.parse(payload.value) };
  } catch (error) {
    row("failed", "The payload is no JSON", String(error));
    return undefined;
  }
};

const send = async (name, value) => {
  row("sent", `→ ${name}`, name === "authenticate" ? { token: "…" } : value);
  const startedAt = performance.now();
  try {
    const ack = await socket.timeout(15_000).emitWithAck(name, value);
    row(ack.ok ? "received" : "failed", `← ack of ${name}, ${Math.round(performance.now() - startedAt)} ms`, ack);
  } catch {
    row("failed", `no ack of ${name} within 15 s`);
  }
};
find("send").addEventListener("submit", (event) => {
  event.preventDefault();
  const given = parsed();
  if (given === undefined) return;
  if (socket?.connected) void send(events.value, given.value);
  else row("failed", "Not connected: paste a token and press Connect");
});
find("clear").addEventListener("click", () => log.replaceChildren());

tokenInput.value = sessionStorage.getItem("lyvo-chat-console-token") ?? "";
const named = decodeURIComponent(location.hash.slice(1));
if (clientEvents.some(([name]) => name === named)) events.value = named;
showExample();
