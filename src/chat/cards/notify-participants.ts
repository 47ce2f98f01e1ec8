import type { Broadcast } from "../ports.ts";
import { type Card, chatFor } from "./card.ts";

/** Sends a card to the devices of both participants: as a new chat, or as a changed one. */
export type NotifyParticipants = (card: Card, created: boolean) => void;

export const createNotifyParticipants =
  (broadcast: Pick<Broadcast, "chatCreated" | "chatUpdated">): NotifyParticipants =>
  (card, created) => {
    const { participants } = card;
    if (participants === null || card.lastSeq === 0) return;
    const notify = created ? broadcast.chatCreated : broadcast.chatUpdated;
    notify(participants.ownerId, chatFor(card, participants, "owner"));
    notify(participants.seekerId, chatFor(card, participants, "seeker"));
  };
