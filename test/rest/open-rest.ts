import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import jwt from "jsonwebtoken";
import mongoose from "mongoose";
import request from "supertest";
import { createVerifyToken } from "../../src/caller/tokens.ts";
import { createActs } from "../../src/chat/acts/create-acts.ts";
import type { Broadcast, Health } from "../../src/chat/ports.ts";
import { asyncEvents } from "../../src/contract/documents/async-events.ts";
import { createAsyncApi } from "../../src/contract/documents/asyncapi.ts";
import type { Rules } from "../../src/contract/rules.ts";
import { createLogger } from "../../src/process/logger.ts";
import { createRestApp, type RestParts } from "../../src/rest/app.ts";
import { socketClientFile } from "../../src/socket/client-file.ts";
import { openStore } from "../../src/store/open-store.ts";
import { startLimit } from "../support/services.ts";

export const apiKey = "the-key-of-the-booking-service";
export const olderKey = "the-key-before";
export const attachmentHost = "images.example.com";
export const pageOrigin = "https://www.example.com";
const secret = "the-main-backends-secret";

/** A token of the main backend for `userId`. */
export const tokenOf = (userId: string, options: jwt.SignOptions = { expiresIn: "5m" }): string =>
  jwt.sign({ sub: userId }, secret, options);

export const bearer = (userId: string): [string, string] => ["Authorization", `Bearer ${tokenOf(userId)}`];

let people = 0;
/** A booking and two people that no other test knows. */
export const newBooking = () => {
  people += 1;
  const mark = `${people}-${randomUUID().slice(0, 8)}`;
  return { bookingId: `booking-${mark}`, ownerId: `owner-${mark}`, seekerId: `seeker-${mark}` };
};

const quiet: Broadcast = {
  messageReceived: () => undefined,
  messageChanged: () => undefined,
  messagesRead: () => undefined,
  messagesDelivered: () => undefined,
  typingEnded: () => undefined,
  chatCreated: () => undefined,
  chatUpdated: () => undefined,
};

const noLimit = { take: async () => undefined };
const allUp: Health = { status: "ok", checks: { mongodb: "up", redis: "up", kafka: "up" } };

/** Rules that no setting has by default. */
export const someRules: Rules = {
  maxContentLength: 4_000,
  editWindowS: 60,
  deleteWindowS: 3_600,
  attachmentTypes: ["image/png", "application/pdf"],
  uploads: { maxBytes: 1_000_000 },
  limits: {
    sendsPerS: 1,
    sendsPerMin: 2,
    eventsPerS: 3,
    requestsPerMin: 4,
    connectionsPerUser: 5,
    handshakesPerMin: 6,
    connectionsPerAddress: 0,
  },
};

const asyncapi = createAsyncApi(
  asyncEvents({
    typeAliases: [],
    attachmentHosts: [attachmentHost],
    topics: {
      booking: ["booking.approved", "booking.cancelled"],
      bookingDlq: "booking.dlq",
      chatEvents: "chat.events",
    },
  }),
);

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // A TCP server's address is never a string.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
};

const databaseUri = (): string => {
  const { MONGODB_URI: given } = process.env;
  if (given === undefined) throw new Error("MONGODB_URI is missing: run the tests by npm test");
  const uri = new URL(given);
  uri.pathname = `/rest-${randomUUID().slice(0, 12)}`;
  return uri.href;
};

const dropDatabase = async (uri: string): Promise<void> => {
  const connection = await mongoose.createConnection(uri).asPromise();
  await connection.dropDatabase();
  await connection.close();
};

type Options = Partial<RestParts> & { mongodbUri?: string };

/** The REST edge over a real log in a database of its own, listening on a port of its own. */
export const openRest = async ({ mongodbUri = databaseUri(), ...overrides }: Options = {}) => {
  const lines: string[] = [];
  const logger = createLogger({
    level: "debug",
    process: "test",
    destination: { write: (line: string) => void lines.push(line) },
  });
  const now = overrides.now ?? (() => new Date());
  const store = await openStore({ mongodbUri, logger, signal: startLimit(), now });
  const { log, cards } = store;
  const acts = createActs({
    log,
    cards,
    reports: store.reports,
    userData: store.userData,
    broadcast: quiet,
    now,
    windows: { editS: 900, deleteS: 86_400 },
    onCardFailure: (error) => logger.warn({ err: error }),
  });
  const jwtConfig = { secrets: [secret], userIdClaims: ["sub"], issuer: undefined, audience: undefined };
  const app = createRestApp({
    acts,
    verifyToken: createVerifyToken(jwtConfig),
    internalApiKeys: [olderKey, apiKey],
    corsOrigins: [pageOrigin],
    attachmentHosts: [attachmentHost],
    trustedProxies: 0,
    limits: { requests: noLimit, addressRequests: noLimit, sends: async () => undefined },
    health: async () => allUp,
    revoke: store.revocations.revoke,
    rules: someRules,
    asyncapi,
    socketClientFile,
    logger,
    now,
    ...overrides,
  });
  const server = createServer(app);
  const url = await listen(server);
  return {
    url,
    /** The log's lines so far. */
    lines,
    store,
    applyBookingEvent: acts.applyBookingEvent,
    call: request(url),
    /** Sends a message that is stored. */
    send: async (chatId: string, userId: string, message: object): Promise<void> => {
      await request(url)
        .post(`/api/chat/${chatId}/message`)
        .set(...bearer(userId))
        .send(message)
        .expect(201);
    },
    /** A chat of two new people, made over REST. */
    newChat: async () => {
      const booking = newBooking();
      const { body } = await request(url).post("/api/chat/initiate").set("X-API-Key", apiKey).send(booking).expect(201);
      const { chat: made } = body as { chat: { id: string } };
      return { ...booking, chatId: made.id };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await acts.drain(2_000);
      await store.close();
      await dropDatabase(mongodbUri);
    },
  };
};

export type Rest = Awaited<ReturnType<typeof openRest>>;
