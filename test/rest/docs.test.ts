import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { errorTable } from "../../src/chat/errors.ts";
import { openRest, type Rest } from "./open-rest.ts";

let rest: Rest;
beforeAll(async () => {
  rest = await openRest();
});
afterAll(() => rest.close());

/** Every `$ref` in a document, with what it leads to. */
const references = (document: object): [string, unknown][] => {
  const found: [string, unknown][] = [];
  JSON.stringify(document, (name, value: unknown) => {
    if (name === "$ref" && typeof value === "string") found.push([value, follow(document, value)]);
    return value;
  });
  return found;
};
const follow = (document: object, reference: string): unknown =>
  reference
    .replace(/^#\//, "")
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((value, part) => Object.entries(Object(value)).find(([name]) => name === part)?.[1], document);

describe("the page to read and try the API", () => {
  test("loads nothing from elsewhere, runs no inline script, and its policy says so", async () => {
    const { text, headers } = await rest.call.get("/api/chat/docs").expect(200).expect("Content-Type", /html/);
    const addresses = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? "");
    expect(addresses.filter((address) => !address.startsWith("/api/chat/docs"))).toEqual([]);
    expect(text).not.toMatch(/<script>|\son\w+=/);
    expect(headers["content-security-policy"]).toContain("script-src 'self';");
    expect(headers["content-security-policy"]).not.toMatch(/unsafe-eval|https?:/);
    for (const address of addresses) await rest.call.get(address).expect(200);
  });

  test("keeps the token over a reload", async () => {
    const { text } = await rest.call.get("/api/chat/docs/assets/page.js").expect(200);
    expect(text).toContain("persistAuthorization: true");
  });

  test("the console loads nothing from elsewhere either", async () => {
    const { text, headers } = await rest.call.get("/api/chat/docs/console").expect(200).expect("Content-Type", /html/);
    expect(text).not.toMatch(/<script>|\son\w+=|https?:/);
    expect(headers["content-security-policy"]).toMatch(/script-src 'self';.*connect-src 'self';/);
    const { text: script } = await rest.call.get("/api/chat/docs/assets/console.js").expect(200);
    const [, client = ""] = /from "\.\/([^"]+)"/.exec(script) ?? [];
    await rest.call
      .get(`/api/chat/docs/assets/${client}`)
      .expect(200)
      .expect("Content-Type", /javascript/);
  });

  test("of its package only what the page needs is served", async () => {
    for (const file of ["package.json", "index.html", "swagger-ui.js.map", "..%2fpackage.json", "__proto__"]) {
      await rest.call.get(`/api/chat/docs/assets/${file}`).expect(404).expect("Cache-Control", "no-store");
    }
  });

  test("the errors have a page with every code", async () => {
    const { text } = await rest.call.get("/api/chat/docs/errors").expect(200);
    for (const code of Object.keys(errorTable)) expect(text).toContain(`id="${code}"`);
  });

  test("the events have a page with every event", async () => {
    const { text } = await rest.call.get("/api/chat/docs/events").expect(200);
    for (const name of ["join_chat", "receive_message", "chat.events"]) expect(text).toContain(`<code>${name}</code>`);
  });
});

describe("openapi.json", () => {
  test("describes every call of the contract", async () => {
    const { body } = await rest.call.get("/api/chat/docs/openapi.json").expect(200);
    const calls = Object.entries<object>(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(body.openapi).toBe("3.1.0");
    expect(calls.sort((one, other) => one.localeCompare(other))).toEqual([
      "delete /api/chat/{chatId}/messages/{seq}",
      "delete /api/chat/user/{userId}/data",
      "get /api/chat/{chatId}",
      "get /api/chat/{chatId}/attachments/{attachmentId}",
      "get /api/chat/{chatId}/messages",
      "get /api/chat/health",
      "get /api/chat/reports",
      "get /api/chat/rules",
      "get /api/chat/user/{userId}",
      "get /api/chat/user/{userId}/data",
      "get /api/chat/user/{userId}/data/erasure",
      "patch /api/chat/{chatId}/messages/{seq}",
      "post /api/chat/{chatId}/attachments",
      "post /api/chat/{chatId}/attachments/{attachmentId}/complete",
      "post /api/chat/{chatId}/message",
      "post /api/chat/{chatId}/reports",
      "post /api/chat/initiate",
      "post /api/chat/user/{userId}/revoke",
      "put /api/chat/{chatId}/mute",
      "put /api/chat/{chatId}/read",
      "put /api/chat/{chatId}/status",
      "put /api/chat/attachments/{attachmentId}/verdict",
      "put /api/chat/reports/{id}",
    ]);
  });

  // One way for each call. The others are in its description, and work as well.
  const aliases: Record<string, string[]> = {
    "/api/chat/{chatId}/read": ["POST", "PATCH"],
    "/api/chat/{chatId}/status": ["PATCH"],
  };

  test("each call it describes is one that the service has, and the service has no other", async () => {
    const { body } = await rest.call.get("/api/chat/docs/openapi.json").expect(200);
    for (const [path, methods] of Object.entries<object>(body.paths)) {
      const { headers } = await rest.call.options(path.replaceAll(/\{\w+\}/g, "x")).expect(204);
      const described = [...Object.keys(methods).map((method) => method.toUpperCase()), ...(aliases[path] ?? [])];
      const offered = (headers["allow"] ?? "")
        .split(", ")
        .filter((method) => method !== "HEAD" && method !== "OPTIONS");
      expect(offered.sort((one, other) => one.localeCompare(other))).toEqual(
        described.sort((one, other) => one.localeCompare(other)),
      );
    }
  });

  test("every reference leads somewhere, every operation has its own id, answers and problems", async () => {
    const { body } = await rest.call.get("/api/chat/docs/openapi.json").expect(200);
    expect(references(body).filter(([, target]) => target === undefined)).toEqual([]);
    const operations = Object.values<object>(body.paths).flatMap((methods) => Object.values(methods));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { responses } of operations)
      expect(Object.keys(responses)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^20[012]$/), "429", "500"]),
      );
  });
});

describe("asyncapi.json", () => {
  test("describes every event and topic, and every reference leads somewhere", async () => {
    const { body } = await rest.call.get("/api/chat/docs/asyncapi.json").expect(200);
    expect(body.asyncapi).toBe("3.0.0");
    expect(references(body).filter(([, target]) => target === undefined)).toEqual([]);
    expect(Object.keys(body.operations)).toEqual(
      expect.arrayContaining([
        "join_chat",
        "send_message",
        "receive_message",
        "kafka.booking.approved",
        "kafka.chat.events",
      ]),
    );
    expect(body.operations.send_message.reply.messages).toEqual([
      { $ref: "#/channels/socket/messages/send_message_ack" },
    ]);
  });

  test("lets a chat be named by its id alone, as the sockets do", async () => {
    const { body } = await rest.call.get("/api/chat/docs/asyncapi.json").expect(200);
    for (const event of ["join_chat", "leave_chat"]) {
      const { payload } = body.components.messages[event];
      expect(payload.anyOf.map(({ type }: { type: string }) => type)).toEqual(["object", "string"]);
    }
  });
});
