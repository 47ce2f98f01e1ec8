import { afterAll, beforeAll, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { type Ground, openGround } from "./ground.ts";
import { ask, type HttpAnswer } from "./http-request.ts";
import { leakIn } from "./leaks.ts";
import { type Fuzzed, fuzzedRequests } from "./requests.ts";
import { limitMs, runs, seed } from "./settings.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(async () => ground[Symbol.asyncDispose]());

const problem = "application/problem+json";

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The JSON values of an answer: one, or one a line. */
const bodiesOf = ({ mediaType, text }: HttpAnswer): unknown[] =>
  mediaType === "application/x-ndjson" ? text.trimEnd().split("\n").map(jsonOf) : [jsonOf(text)];

const wrongFailure = ({ request }: Fuzzed, { status, mediaType, headers, text }: HttpAnswer): string | null => {
  if (mediaType !== problem) return `a failure as ${mediaType}`;
  const body = jsonOf(text) as Record<string, unknown>;
  const wrong = ground.documents.wrongProblem(body);
  if (wrong !== null) return wrong;
  if (body["status"] !== status) return "the status in the body is another one";
  if (body["requestId"] !== headers["x-request-id"]) return "the request's id is another one";
  if (status === 429 && headers["retry-after"] === undefined) return "no Retry-After";
  if (status === 405 && headers["allow"] === undefined) return "no Allow";
  return leakIn(body, JSON.stringify(request));
};

/** What is wrong with an answer, null where it is as promised. */
const faultOf = (fuzzed: Fuzzed, answer: HttpAnswer): string | null => {
  const { status, mediaType } = answer;
  const call = ground.documents.calls.find(({ operationId }) => operationId === fuzzed.operationId);
  if (fuzzed.isItsPath && call) {
    for (const body of bodiesOf(answer)) {
      const wrong = ground.documents.wrongAnswer(call, status, mediaType, body);
      if (wrong !== null) return wrong;
    }
  }
  // A node that has lost its database says so; here it has not.
  if (status >= 500) return "the service failed";
  return status >= 400 && fuzzed.request.method !== "HEAD" ? wrongFailure(fuzzed, answer) : null;
};

test("calls of every kind are fuzzed", () => {
  const methods = new Set(ground.documents.calls.map(({ method }) => method));
  expect([...methods].toSorted()).toEqual(expect.arrayContaining(["get", "patch", "post", "put"]));
  expect(ground.documents.calls.length).toBeGreaterThan(10);
});

test(
  `every call of every shape is answered as the document says, and costs nobody else (seed ${seed})`,
  async () => {
    const together = fc.array(fuzzedRequests(ground), { minLength: 1, maxLength: 6 });
    const property = fc.asyncProperty(together, async (all) => {
      const answered = await Promise.all(
        all.map(async (fuzzed, index) => {
          const answer = await ask(ground.nodes[index % 2 === 0 ? 0 : 1].url, fuzzed.request);
          return { fault: faultOf(fuzzed, answer), answer };
        }),
      );
      expect(answered.filter(({ fault }) => fault !== null)).toEqual([]);
      await ground.neighboursTalk();
    });
    await fc.assert(property, runs(100));
  },
  limitMs,
);
