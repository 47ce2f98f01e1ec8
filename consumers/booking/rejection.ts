/** Why a record can never succeed. Short and few: they are names in metrics and in dead letters. */
export type RejectReason =
  | "undecodable"
  | "tombstone"
  | "too_large"
  | "not_utf8"
  | "not_json"
  | "unknown_type"
  | "wrong_shape"
  | "booking_conflict";

/** `detail`: what is wrong and how to mend it, for people; it repeats nothing of what was sent. */
export type Rejection = { reason: RejectReason; detail: string };
