import { expect, test } from "@jest/globals";
import mongoose from "mongoose";
import { freePort } from "../../local/services/kept-port.ts";
import { openChatNode } from "../../src/chat-node.ts";
import { createLogger } from "../../src/process/logger.ts";
import { until } from "../support/chat-client.ts";
import { uniqueName } from "../support/services.ts";
import { databaseUri, testConfig } from "../support/start-node.ts";

test.each([
  ["has its fields under another name", { chatId: 1, seq: 1 }, { name: "by_hand", unique: true }],
  ["has its name for other fields", { createdAt: 1 }, { name: "one_entry_per_seq" }],
] as const)(
  "an index that %s is named in the log and by /readyz, and the node goes on once it is gone",
  async (_, fields, made) => {
    const mongodbUri = databaseUri(uniqueName("test"));
    const client = await new mongoose.mongo.MongoClient(mongodbUri).connect();
    const stop = new AbortController();
    const lines: string[] = [];
    const opsPort = await freePort();
    try {
      await client.db().collection("messages").createIndex(fields, made);
      const destination = { write: (line: string) => void lines.push(line) };
      const node = openChatNode({
        config: testConfig({ MONGODB_URI: mongodbUri, OPS_PORT: String(opsPort) }),
        logger: createLogger({ level: "warn", process: "test-node", destination }),
        signal: stop.signal,
      });
      const readyz = async () => {
        const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`).catch(() => null);
        return { status: response?.status, body: await response?.json() };
      };
      await until(async () => (await readyz()).body?.details !== undefined, "the conflict being told");
      expect(await readyz()).toEqual({
        status: 503,
        body: {
          status: "failing",
          checks: { mongodb: "up", indexes: "down", serving: "down" },
          details: {
            indexes: `the index one_entry_per_seq of messages could not be made: the index ${made.name} stands in its way`,
          },
        },
      });
      const told = lines.map((line) => JSON.parse(line)).find(({ index }) => index !== undefined);
      expect(told).toMatchObject({ collection: "messages", index: "one_entry_per_seq", conflict: made.name });

      await client.db().collection("messages").dropIndex(made.name);
      await until(async () => (await readyz()).status === 200, "the node being ready");
      expect((await readyz()).body).toEqual({
        status: "ok",
        checks: { mongodb: "up", indexes: "up", serving: "up" },
      });
      await (await node).stop(2_000);
    } finally {
      stop.abort();
      await client.close();
    }
  },
);
