import { request as send } from "node:http";
import { expect, test } from "./fixtures.ts";

/** The status of an answer to a request as no browser sends it. */
const statusOf = (url: string, { method = "GET", path = "/", headers = {} }): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    send(url, { method, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on("error", reject)
      .end(method === "POST" ? "{}" : undefined);
  });

test("gives tokens and bookings to the page alone, by its own name", async ({ stack: { pageUrl } }) => {
  const token = "/token?userId=somebody";
  expect(await statusOf(pageUrl, { path: token })).toBe(200);
  expect(await statusOf(pageUrl, { path: token, headers: { host: "rebound.example:80" } })).toBe(403);
  expect(await statusOf(pageUrl, { path: token, headers: { origin: "https://elsewhere.example" } })).toBe(403);
  const approve = { method: "POST", path: "/booking/approve" };
  expect(await statusOf(pageUrl, { ...approve, headers: { origin: "https://elsewhere.example" } })).toBe(403);
  expect(await statusOf(pageUrl, approve)).toBe(400);
  expect(await statusOf(pageUrl, { path: "/token?userId=%20" })).toBe(400);
});

test("leads localhost to the one address that the chat nodes let in", async ({ page, stack: { pageUrl } }) => {
  await page.goto(pageUrl.replace("127.0.0.1", "localhost"));
  expect(page.url()).toBe(`${pageUrl}/`);
});

test("serves what stands in its folder and nothing else", async ({ stack: { pageUrl } }) => {
  expect(await statusOf(pageUrl, { path: "/app.ts" })).toBe(200);
  for (const path of [
    "/../page-server.ts",
    "/%2e%2e/page-server.ts",
    "/..%2fpage-server.ts",
    "/style",
    "/none.ts",
    "//",
  ]) {
    expect(await statusOf(pageUrl, { path }), path).toBe(404);
  }
});

test("lets the page load nothing from elsewhere but pictures", async ({ page, stack: { pageUrl } }) => {
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).hostname));
  const answer = await page.goto(pageUrl);
  await page.waitForLoadState("networkidle");
  expect([...hosts]).toEqual(["127.0.0.1"]);
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*/);
});
