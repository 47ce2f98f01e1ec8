import type { TypeAlias } from "../../chat/booking-type.ts";
import { deadLetterTopic } from "../bookings/dead-letters.ts";
import { bookingTopics } from "../bookings/events.ts";
import { chatEventsTopic } from "../chat-events.ts";
import { describeClientEvents } from "../client-events.ts";
import { serverEvents } from "../server-events.ts";
import type { AsyncApiParts } from "./asyncapi.ts";

type Options = {
  attachmentHosts: readonly string[];
  topics: { booking: readonly string[]; bookingDlq: string; chatEvents: string };
  typeAliases: readonly TypeAlias[];
};

/** Everything that goes over Socket.IO and Kafka. */
export const asyncEvents = ({ attachmentHosts, topics, typeAliases }: Options): AsyncApiParts => ({
  clientEvents: describeClientEvents(attachmentHosts),
  serverEvents,
  topicsIn: bookingTopics(topics.booking, typeAliases),
  topicsOut: { [topics.chatEvents]: chatEventsTopic, [topics.bookingDlq]: deadLetterTopic },
});
