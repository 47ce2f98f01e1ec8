import { describe, expect, test } from "@jest/globals";
import type { Health } from "../../src/chat/ports.ts";
import { openRest } from "./open-rest.ts";

const healths: [Health["status"], Health["checks"], number][] = [
  ["ok", { mongodb: "up", redis: "up", kafka: "up" }, 200],
  ["degraded", { mongodb: "up", redis: "down", kafka: "up" }, 200],
  ["unavailable", { mongodb: "down", redis: "up", kafka: "up" }, 503],
];

describe("GET /api/chat/health", () => {
  test.each(healths)("%s, without a token, and nothing else in it", async (status, checks, httpStatus) => {
    const rest = await openRest({ health: async () => Object.assign({ status, checks }, { address: "10.0.0.1" }) });
    try {
      const { body, headers } = await rest.call.get("/api/chat/health").expect(httpStatus);
      expect(body).toEqual({ status, checks });
      expect(headers["cache-control"]).toBe("no-store");
      await rest.call.get("/api/chat/health").set("Authorization", "Bearer nonsense").expect(httpStatus);
      await rest.call.head("/api/chat/health").expect(httpStatus);
    } finally {
      await rest.close();
    }
  });
});
