/** A person that the page can sign in as; the token contains the id. */
export interface PagePerson {
  readonly id: string;
  readonly name: string;
  readonly role: "owner" | "seeker";
}

/** A room. A booking's id starts with its room's id, so both sides can name the room after a restart. */
export interface PageRoom {
  readonly id: string;
  readonly title: string;
  readonly place: string;
  /** Colour angle in degrees, 0–360, for the room's little window. */
  readonly hue: number;
}

/** The demo people of the local stack: two owners, three seekers. */
export const pagePeople: readonly PagePerson[] = [
  { id: "mara-lindqvist", name: "Mara Lindqvist", role: "owner" },
  { id: "tom-okafor", name: "Tom Okafor", role: "owner" },
  { id: "jonas-weber", name: "Jonas Weber", role: "seeker" },
  { id: "aiko-tanaka", name: "Aiko Tanaka", role: "seeker" },
  { id: "leila-haddad", name: "Leila Haddad", role: "seeker" },
];

/** The demo rooms of the local stack. */
export const pageRooms: readonly PageRoom[] = [
  { id: "attic-canal-street", title: "Attic room", place: "Canal Street 14", hue: 28 },
  { id: "garden-studio", title: "Garden studio", place: "Linden Row 3", hue: 140 },
  { id: "corner-harbour", title: "Bright corner room", place: "Harbour Quay 22", hue: 205 },
  { id: "loft-old-mill", title: "Loft at the old mill", place: "Mill Lane 7", hue: 268 },
];
