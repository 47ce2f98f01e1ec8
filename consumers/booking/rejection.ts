/** Why a record can never succeed. The names are short and few, since metrics and dead letters contain them. */
export type RejectReason =
  | "undecodable"
  | "tombstone"
  | "too_large"
  | "not_utf8"
  | "not_json"
  | "unknown_type"
  | "wrong_shape"
  | "booking_conflict";

/** `detail`: what is wrong and how to fix it, for people; it contains nothing of what was sent. */
export type Rejection = { reason: RejectReason; detail: string };
