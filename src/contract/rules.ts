import { z } from "zod";
import { mostCodePoints } from "../chat/log/content.ts";
import { fileTypes } from "../chat/log/mime-types.ts";
import { wireSchema } from "./wire-schema.ts";

/** The limits that a client can meet; 0: no limit. */
export type ClientLimits = {
  sendsPerS: number;
  sendsPerMin: number;
  eventsPerS: number;
  requestsPerMin: number;
  connectionsPerUser: number;
  handshakesPerMin: number;
  connectionsPerAddress: number;
};

/** What a client may do here, so that it need not guess. `uploads` is null if files are only sent by address. */
export type Rules = {
  maxContentLength: number;
  editWindowS: number;
  deleteWindowS: number;
  attachmentTypes: string[];
  uploads: { maxBytes: number } | null;
  limits: ClientLimits;
};

const count = (description: string) =>
  z
    .int()
    .min(0)
    .meta({ description: `${description}; 0: no limit` });

/** @internal */
export const rulesSchema = wireSchema<Rules>()(
  z
    .object({
      maxContentLength: z.int().min(1).meta({ description: "Characters (code points) of a message" }),
      editWindowS: z.int().min(0).meta({
        description: "For so many seconds after a message was sent, its sender may edit it; 0: never",
      }),
      deleteWindowS: z.int().min(0).meta({
        description: "For so many seconds after a message was sent, its sender may delete it; 0: never",
      }),
      attachmentTypes: z.array(z.string()).meta({
        description:
          "The types of files, by their canonical names; the other names that browsers use for these types are accepted as well. Those that begin with `image/` may be sent as an image",
      }),
      uploads: z
        .object({ maxBytes: z.int().min(1).meta({ description: "The largest file" }) })
        .nullable()
        .meta({ description: "null: files cannot be uploaded here, only sent by address" }),
      limits: z.object({
        sendsPerS: count("Messages of a user per second; four times that in one burst"),
        sendsPerMin: count("Messages of a user per minute"),
        eventsPerS: count("Socket events of a connection per second"),
        requestsPerMin: count("REST requests of a user per minute; an address without a token has a fifth of it"),
        connectionsPerUser: count("Sockets of a user at the same time"),
        handshakesPerMin: count("Attempts of an address to connect a socket per minute"),
        connectionsPerAddress: count("Open connections of an address"),
      }),
    })
    .meta({ id: "Rules", description: "What a client may do here." }),
);

type Settings = {
  windows: { editS: number; deleteS: number };
  limits: ClientLimits;
  uploads: Rules["uploads"];
};

/** The rules of this installation. */
export const createRules = ({ windows, limits, uploads }: Settings): Rules => ({
  maxContentLength: mostCodePoints,
  editWindowS: windows.editS,
  deleteWindowS: windows.deleteS,
  attachmentTypes: [...fileTypes],
  // Only what clients may know: a store's settings have its keys.
  uploads: uploads && { maxBytes: uploads.maxBytes },
  limits: {
    sendsPerS: limits.sendsPerS,
    sendsPerMin: limits.sendsPerMin,
    eventsPerS: limits.eventsPerS,
    requestsPerMin: limits.requestsPerMin,
    connectionsPerUser: limits.connectionsPerUser,
    handshakesPerMin: limits.handshakesPerMin,
    connectionsPerAddress: limits.connectionsPerAddress,
  },
});
