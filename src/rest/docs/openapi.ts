import { createDocument, type ZodOpenApiPathsObject } from "zod-openapi";
import { allowNullForOptional } from "../../contract/documents/null-for-optional.ts";
import { callerResources, type PathParts, publicResources } from "../resources.ts";
import { nameParts } from "./name-parts.ts";
import { mostBodyText } from "./openapi-parts.ts";

const description = `The chat between the owner and the seeker of an approved booking.

People call with their token (\`Authorization: Bearer\`), the booking service with its key (\`X-API-Key\`).
Every failure is a problem (RFC 9457) with a \`code\`; [the codes](/api/chat/docs/errors) are the same over Socket.IO.
A body is JSON of at most ${mostBodyText}; beyond that the answer is 413, \`payload_too_large\`.
It is UTF-8, by any of its names, with or without a byte order mark; anything else is 415, \`unsupported_media_type\`.
An optional field that is null counts as left out, and an empty body, or null, as \`{}\`.
What happens live comes over Socket.IO: [the events](/api/chat/docs/events).
Answers may get more fields later: ignore those that you do not know.`;

const pathsOf = (parts: PathParts): ZodOpenApiPathsObject =>
  Object.fromEntries([...callerResources, ...publicResources].flatMap(({ paths }) => Object.entries(paths(parts))));

/** The API as OpenAPI 3.1, from the schemas that parse requests. */
export const createOpenApi = (parts: PathParts) =>
  nameParts(
    createDocument(
      {
        openapi: "3.1.0",
        info: { title: "Chat", version: "1.0.0", description, license: { name: "MIT", identifier: "MIT" } },
        servers: [{ url: "/" }],
        tags: [
          { name: "Booking service", description: "Calls of the booking service" },
          { name: "Chats", description: "A person's chats and their status" },
          { name: "Messages", description: "Reading, sending, changing and marking as read" },
          { name: "Attachments", description: "Files that people upload" },
          { name: "Service", description: "The service itself" },
        ],
        paths: pathsOf(parts),
        components: {
          securitySchemes: {
            bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "A token of the main backend" },
            apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "A key of the booking service" },
          },
        },
      },
      {
        // Answers may get new fields, so a client must not refuse unknown ones.
        override: ({ jsonSchema, io, path }) => {
          if (io === "output" && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
          // The outermost object is the body or the parameters, and a query has no null.
          if (io === "input" && path.length > 0) allowNullForOptional(jsonSchema);
          // The pattern of a time is long and only repeats its format.
          if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
        },
      },
    ),
  );
