import type { Request } from "express";
import type { ZodOpenApiPathsObject } from "zod-openapi";
import { type BookingEvent, mostClockSkewMs } from "../chat/acts/booking-event.ts";
import type { Acts } from "../chat/acts/create-acts.ts";
import { type Card, type Chat, chatFor } from "../chat/cards/card.ts";
import { ChatError } from "../chat/errors.ts";
import { parse } from "../chat/parse.ts";
import type { Clock } from "../chat/ports.ts";
import { type ChatAnswer, chatAnswerSchema, initiateBodySchema } from "../contract/rest-calls.ts";
import { answer, asService, bodyProblems, jsonBody, location, problems } from "./docs/openapi-parts.ts";
import { needKey } from "./request/identify.ts";
import { readJson } from "./request/read-json.ts";
import type { Routes } from "./request/routes.ts";

/** A chat as the booking service sees it: the whole shape, nothing unread and not muted, since both are a user's. */
export const chatForService = (card: Card): Chat => {
  if (card.participants === null) throw new ChatError("internal");
  return { ...chatFor(card, card.participants, "owner"), unreadCount: 0, mutedUntil: null };
};

/** @throws ChatError `validation_failed` also for a time further ahead than clocks differ */
const approvalOf = (req: Request, now: Date): BookingEvent => {
  const { occurredAt = now, ...fields } = parse(initiateBodySchema, req.body);
  if (occurredAt.getTime() - now.getTime() > mostClockSkewMs) {
    const message = "at most five minutes ahead of now";
    throw new ChatError("validation_failed", { errors: [{ path: "occurredAt", message }] });
  }
  return { ...fields, type: "approved", occurredAt };
};

/** The booking service reports that a booking is approved: the same act as a `booking.approved` event. */
const routes = ({ acts, now }: { acts: Pick<Acts, "applyBookingEvent">; now: Clock }): Routes => ({
  "/initiate": {
    POST: [
      needKey,
      ...readJson,
      async (req, res) => {
        const applied = await acts.applyBookingEvent(approvalOf(req, now()));
        if (applied.outcome === "rejected") throw applied.error;
        const chat = chatForService(applied.card);
        if (applied.created) res.status(201).location(`/api/chat/${chat.id}`);
        res.json({ chat } satisfies ChatAnswer);
      },
    ],
  },
});

const paths: ZodOpenApiPathsObject = {
  "/api/chat/initiate": {
    post: {
      operationId: "initiateChat",
      tags: ["Booking service"],
      summary: "Report that a booking is approved",
      description:
        "The same act as a `booking.approved` event on Kafka; using both does no harm. The chat exists afterwards, and the newest `occurredAt` decides whether it is active. Without `occurredAt` the booking counts as approved now.",
      security: asService,
      requestBody: jsonBody(initiateBodySchema, { bookingId: "booking-1", ownerId: "owner-1", seekerId: "seeker-1" }),
      responses: {
        200: answer("The chat existed already", chatAnswerSchema),
        201: answer("The chat was created", chatAnswerSchema, location),
        ...problems([...bodyProblems, "booking_conflict"]),
      },
    },
  },
};

export const initiate = { routes, paths: () => paths };
