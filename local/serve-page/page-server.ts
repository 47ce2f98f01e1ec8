import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createPublisher } from "../../consumers/kafka/publisher.ts";
import { createLogger } from "../../src/process/logger.ts";
import { pagePeople, pageRooms } from "../page-people.ts";
import { signToken, userIdRule } from "../sign-token.ts";
import { type Answer, json, RefusedRequest, readJson, securityHeaders } from "./answers.ts";
import { readPageAsset } from "./assets.ts";
import { bookingPressSchema, createPretendBookingService } from "./pretend-booking-service.ts";

/** How long a token is valid; the page asks for the next one when the chat node reports that it expires soon. */
const tokenLifetimeS = 3_600;

const nothingHere = json(404, { message: "There is nothing here." });

export interface PageServerOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Public address of the chat node, e.g. `http://127.0.0.1:5002`. */
  readonly chatUrl: string;
  /** One address per side, owner first, if the two talk over different nodes. */
  readonly chatUrls?: readonly string[];
  readonly kafka: { readonly brokers: string[] };
  readonly bookingTopics: readonly string[];
  /** The secret with which the chat node verifies tokens; the tokens of the page's people are signed with it. */
  readonly jwtSecret: string;
  /** As ATTACHMENT_HOSTS. Only shown on the page; the chat node enforces it. */
  readonly attachmentHosts?: readonly string[];
  /** Where the page uploads files to, e.g. `http://127.0.0.1:8333`; undefined: uploads are off. */
  readonly filesUrl?: string | undefined;
}

/**
 * The demo page of the local stack: static files, tokens, and a pretend booking service that publishes to Kafka.
 * It issues tokens for anybody, so it listens only on 127.0.0.1 and refuses any other Host or Origin.
 * The chat node's CORS_ORIGINS must include its address.
 */
export async function startPageServer(options: PageServerOptions): Promise<{ url: string; close(): Promise<void> }> {
  const chatUrls = options.chatUrls?.length ? options.chatUrls : [options.chatUrl];
  const kafka = { brokers: options.kafka.brokers, clientId: "page", ssl: false, sasl: null };
  const publisher = await createPublisher({ kafka, logger: createLogger({ level: "error", process: "page" }) });
  const bookings = createPretendBookingService({ publisher, bookingTopics: options.bookingTopics });
  const { attachmentHosts = null, filesUrl } = options;
  const canUpload = filesUrl !== undefined;
  const settings = { chatUrls, people: pagePeople, rooms: pageRooms, attachmentHosts, canUpload };
  const indexHtml = (await readPageAsset("/"))?.body.toString() ?? "";
  const security = securityHeaders({ chatUrls, filesUrl, indexHtml });

  async function route(request: IncomingMessage): Promise<Answer> {
    const refusal = refuseStrangers(request, server.url);
    if (refusal) return refusal;
    const path = URL.parse(request.url ?? "", server.url);
    if (path === null) return nothingHere;
    switch (`${request.method} ${path.pathname}`) {
      case "GET /settings.json":
        return json(200, settings);
      case "GET /token":
        return json(200, { token: issueToken(path.searchParams.get("userId"), options.jwtSecret) });
      case "POST /booking/approve":
        return json(202, await bookings.publish("approved", await readPress(request)));
      case "POST /booking/cancel":
        return json(202, await bookings.publish("cancelled", await readPress(request)));
      default:
        return await readFileOf(path.pathname);
    }
  }

  const server = await listen(options.port, async (request, response) => {
    const { status, contentType, body, location } = await route(request).catch(toFailure);
    response.writeHead(status, { ...security, "content-type": contentType, ...(location && { location }) }).end(body);
  });
  return {
    url: server.url,
    close: async () => {
      await Promise.all([server.close(), publisher.close()]);
    },
  };
}

async function listen(port: number, answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Another site, by DNS rebinding or with a form on its page, must not reach tokens and bookings. */
function refuseStrangers({ headers }: IncomingMessage, ownUrl: string): Answer | null {
  const { host, port } = new URL(ownUrl);
  if (headers.host === `localhost:${port}`) return { ...json(308, null), location: `${ownUrl}/` };
  const known = headers.host === host && (headers.origin === undefined || headers.origin === ownUrl);
  return known ? null : json(403, { message: "Only the page itself may ask." });
}

function issueToken(userId: string | null, jwtSecret: string): string {
  const token = signToken(userId, { jwtSecret }, tokenLifetimeS);
  if (token === undefined) throw new RefusedRequest(400, `userId: ${userIdRule}`);
  return token;
}

async function readPress(request: IncomingMessage) {
  const parsed = bookingPressSchema.safeParse(await readJson(request));
  if (!parsed.success) throw new RefusedRequest(400, parsed.error.issues.map((issue) => issue.message).join("; "));
  return parsed.data;
}

async function readFileOf(path: string): Promise<Answer> {
  const asset = await readPageAsset(path);
  return asset ? { status: 200, ...asset } : nothingHere;
}

function toFailure(thrown: unknown): Answer {
  if (thrown instanceof RefusedRequest) return json(thrown.status, { message: thrown.message });
  return json(502, { message: "Kafka did not take the event. Is the broker running?" });
}
