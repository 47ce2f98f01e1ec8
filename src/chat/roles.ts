export type Role = "owner" | "seeker";
export const otherRole = { owner: "seeker", seeker: "owner" } as const;

/** The two people of a booking, fixed when it is approved. */
export type Participants = { ownerId: string; seekerId: string };

/** A user's role in the booking, null for everybody else. */
export const roleOf = (participants: Participants | null, userId: string): Role | null => {
  if (participants === null) return null;
  if (participants.ownerId === userId) return "owner";
  return participants.seekerId === userId ? "seeker" : null;
};

export const userOf = ({ ownerId, seekerId }: Participants, role: Role): string =>
  role === "owner" ? ownerId : seekerId;
