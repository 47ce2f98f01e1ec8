import { replaceText } from "../../torture/plants/replace-module.ts";

// The handling of an event never ends, and the limits are those of somebody in a hurry.
replaceText(
  "consumers/booking/booking-consumer.ts",
  "const result = await applyBookingEvent(event);",
  "const result = await (new Promise(() => undefined) as ReturnType<typeof applyBookingEvent>);",
);
replaceText("consumers/source/kafka-record-source.ts", "recordLimitMs: 30_000", "recordLimitMs: 500");
replaceText("consumers/source/kafka-record-source.ts", "hungMs: 60_000", "hungMs: 2_000");
