import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { clientOf } from "../support/chat-client.ts";
import { craftToken } from "../support/craft-token.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

// A token opens both doors, REST and socket, or neither, and for the same user.
let node: TestNode;
beforeAll(async () => {
  node = await startNode({ JWT_ISSUER: "lyvo", JWT_AUDIENCE: "chat" });
});
afterAll(() => node.stop(1_000));

const nowS = Math.floor(Date.now() / 1_000);
const exp = nowS + 3_600;
const claims = (more: object = {}): string => JSON.stringify({ sub: "mara", iss: "lyvo", aud: "chat", exp, ...more });
const rest = `"iss":"lyvo","aud":"chat","exp":${exp}`;

const restDoor = async (token: string, userId: string): Promise<string> => {
  const headers = { authorization: `Bearer ${token}` };
  const { status } = await fetch(`${node.url}/api/chat/user/${encodeURIComponent(userId)}`, { headers });
  return status === 200 ? `open to ${userId}` : String(status);
};

const socketDoor = (token: string, asHeader: boolean): Promise<string> => {
  const extraHeaders = { authorization: `Bearer ${token}` };
  const socket = clientOf(node, "", asHeader ? { token: null as never, extraHeaders } : { token });
  return new Promise<string>((resolve) => {
    socket.once("connect", () => resolve("open"));
    socket.once("connect_error", (error) => resolve(String((error as { data?: { code?: string } }).data?.code)));
    socket.connect();
  }).finally(() => socket.disconnect());
};

const longest = "x".repeat(128);

describe("a token is accepted by REST and by sockets with", () => {
  test.each([
    ["an ordinary user", claims(), "mara"],
    ["a whole number as user", claims({ sub: 42 }), "42"],
    ["zero as user", claims({ sub: 0 }), "0"],
    ["a number whose digits a double would change", `{"sub":9007199254740993,${rest}}`, "9007199254740993"],
    ["null before the claim that counts", claims({ sub: null, userId: 7 }), "7"],
    ["the longest user", claims({ sub: longest }), longest],
    ["signs in the user", claims({ sub: "a:b-c_d.e" }), "a:b-c_d.e"],
    ["the name of a prototype", `{"sub":"__proto__",${rest}}`, "__proto__"],
    ["the claim twice, of which the last counts", `{"sub":"jonas","sub":"mara",${rest}}`, "mara"],
    ["many audiences", claims({ aud: ["web", "chat"] }), "mara"],
    ["a start that is over", claims({ nbf: nowS - 60 }), "mara"],
    ["a fraction of a second as its end", claims({ exp: exp + 0.5 }), "mara"],
  ])("%s", async (_name, payload, userId) => {
    const token = craftToken(payload);
    expect(await restDoor(token, userId)).toBe(`open to ${userId}`);
    expect(await socketDoor(token, false)).toBe("open");
    expect(await socketDoor(token, true)).toBe("open");
  });
});

const refused: [string, string][] = [
  ["no signature, alg none", craftToken(claims(), { header: { alg: "none" }, hash: null })],
  ["alg None", craftToken(claims(), { header: { alg: "None" } })],
  ["alg HS512, rightly signed", craftToken(claims(), { header: { alg: "HS512" }, hash: "sha512" })],
  ["alg RS256, signed with the secret", craftToken(claims(), { header: { alg: "RS256" } })],
  ["no alg", craftToken(claims(), { header: { typ: "JWT" } })],
  ["another secret", craftToken(claims(), { secret: "another" })],
  ["an empty secret", craftToken(claims(), { secret: "" })],
  ["no signature", craftToken(claims(), { hash: null })],
  ["crit that nobody knows", craftToken(claims(), { header: { alg: "HS256", crit: ["x"], x: 1 } })],
  ["no end", craftToken(claims({ exp: undefined }))],
  ["null as its end", craftToken(claims({ exp: null }))],
  ["text as its end", craftToken(claims({ exp: String(exp) }))],
  ["zero as its end", craftToken(claims({ exp: 0 }))],
  ["an end that was", craftToken(claims({ exp: nowS - 60 }))],
  ["a start to come", craftToken(claims({ nbf: nowS + 3_600 }))],
  ["text as its start", craftToken(claims({ nbf: "soon" }))],
  ["another issuer", craftToken(claims({ iss: "others" }))],
  ["no issuer", craftToken(claims({ iss: undefined }))],
  ["another audience", craftToken(claims({ aud: "shop" }))],
  ["no audience", craftToken(claims({ aud: undefined }))],
  ["no user", craftToken(claims({ sub: undefined }))],
  ["an empty user", craftToken(claims({ sub: "" }))],
  ["an empty user before another claim", craftToken(claims({ sub: "", id: "mara" }))],
  ["an object as user", craftToken(claims({ sub: { $ne: null } }))],
  ["MongoDB's extended JSON as user", craftToken(claims({ sub: { $oid: "65f0c0ffee0000000000c0de" } }))],
  ["a list as user", craftToken(claims({ sub: ["mara"] }))],
  ["true as user", craftToken(claims({ sub: true }))],
  ["a fraction as user", craftToken(claims({ sub: 1.5 }))],
  ["a negative number as user", craftToken(claims({ sub: -1 }))],
  ["a number past all ids as user", craftToken(`{"sub":1e300,${rest}}`)],
  ["a dot as user", craftToken(claims({ sub: "." }))],
  ["dots alone as user", craftToken(claims({ sub: "..." }))],
  ["a user too long", craftToken(claims({ sub: `${longest}x` }))],
  ["a blank in the user", craftToken(claims({ sub: "ma ra" }))],
  ["a line's end behind the user", craftToken(claims({ sub: "mara\n" }))],
  ["another script in the user", craftToken(claims({ sub: "mаra" }))],
  ["a list as payload", craftToken("[]")],
  ["text as payload", craftToken('"mara"')],
  ["null as payload", craftToken("null")],
  ["no JSON as payload", craftToken("mara")],
  ["two parts", craftToken(claims()).split(".").slice(0, 2).join(".")],
  ["four parts", `${craftToken(claims())}.x`],
  ["more than eight kilobytes", craftToken(claims({ note: "x".repeat(9_000) }))],
  ["nothing but dots", ".."],
];

describe("a token is refused by REST and by sockets with", () => {
  test.each(refused)("%s", async (_name, token) => {
    expect(await restDoor(token, "mara")).toBe("401");
    expect(await socketDoor(token, false)).toBe("unauthenticated");
    expect(await socketDoor(token, true)).toBe("unauthenticated");
  });
});
