import { createBookingTypes, isTypeName, type TypeAlias } from "../chat/booking-type.ts";
import { listOf } from "./setting-values.ts";

const meanings = new Map<string, TypeAlias["means"]>([
  ["approved", "approved"],
  ["cancelled", "cancelled"],
  ["canceled", "cancelled"],
  ["ignored", "ignored"],
]);

/** `name=meaning`; null for anything else. The name ends at the last equals sign. */
const toTypeAlias = (item: string): TypeAlias | null => {
  const [, name = "", meaning = ""] = /^(.+)=(.+)$/.exec(item) ?? [];
  const means = meanings.get(meaning.trim().toLowerCase());
  return means !== undefined && isTypeName(name) ? { name: name.trim(), means } : null;
};

/** The service's own names keep their meaning, and no name has two meanings. */
const meansOneThing = (aliases: readonly TypeAlias[]): boolean => {
  const known = createBookingTypes([]);
  const meaningOf = createBookingTypes(aliases);
  const isOther = (name: string, means: TypeAlias["means"]): boolean =>
    ["approved", "cancelled"].includes(known(name)) && known(name) !== means;
  return aliases.every(({ name, means }) => meaningOf(name) === means && !isOther(name, means));
};

/** BOOKING_TYPE_ALIASES: `booking.confirmed=approved,BookingCancelledEvent=cancelled`. */
export const typeAliases = listOf(
  "names with approved, cancelled or ignored, such as booking.confirmed=approved, separated by commas",
  (item) => toTypeAlias(item) !== null,
)
  .transform((items) => items.flatMap((item) => toTypeAlias(item) ?? []))
  .refine(meansOneThing, "one meaning a name, and for the service's own names no other than theirs");
