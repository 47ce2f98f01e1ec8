import { createRandom, type Random } from "./random.ts";

/**
 * One blow. `on` chooses what is hit (modulo how many there are), `amount` is a delay in ms, a share of connections in
 * percent, or a clock's shift in s.
 */
export type Fault = { atMs: number; forMs: number; kind: FaultKind; on: number; amount: number };

type Range = readonly [least: number, most: number];
type KindOf = { target: string; weight: number; forMs: Range; amount?: Range };

/** What can strike. Blows at one target never overlap; `%` in a target stands for `on`. */
export const faultKinds = {
  "node-kill": { target: "node %", weight: 3, forMs: [500, 5_000] },
  "node-stop": { target: "node %", weight: 1, forMs: [500, 3_000] },
  "node-freeze": { target: "node %", weight: 2, forMs: [1_000, 12_000] },
  "clock-shift": { target: "node %", weight: 1, forMs: [3_000, 10_000], amount: [-120, 120] },
  "consumers-kill": { target: "consumers %", weight: 2, forMs: [500, 6_000] },
  "consumers-join": { target: "consumers more", weight: 1, forMs: [3_000, 9_000] },
  "primary-kill": { target: "mongodb", weight: 3, forMs: [2_000, 8_000] },
  "primary-freeze": { target: "mongodb", weight: 3, forMs: [1_000, 14_000] },
  "secondaries-freeze": { target: "mongodb", weight: 2, forMs: [2_000, 9_000] },
  "redis-kill": { target: "redis", weight: 2, forMs: [300, 8_000] },
  "redis-freeze": { target: "redis", weight: 2, forMs: [500, 9_000] },
  "kafka-kill": { target: "kafka", weight: 1, forMs: [300, 4_000] },
  "clients-cut": { target: "clients %", weight: 3, forMs: [0, 2_000], amount: [20, 100] },
  "clients-slow": { target: "clients %", weight: 1, forMs: [2_000, 8_000], amount: [30, 700] },
  "clients-stall": { target: "clients %", weight: 2, forMs: [1_000, 16_000], amount: [10, 60] },
  "clients-stop-reading": { target: "clients %", weight: 2, forMs: [3_000, 15_000], amount: [10, 60] },
  "redis-link-cut": { target: "redis link %", weight: 2, forMs: [0, 3_000], amount: [100, 100] },
  "redis-link-slow": { target: "redis link %", weight: 1, forMs: [2_000, 8_000], amount: [30, 700] },
  "redis-link-stall": { target: "redis link %", weight: 1, forMs: [1_000, 9_000], amount: [100, 100] },
} as const satisfies Record<string, KindOf>;

export type FaultKind = keyof typeof faultKinds;
export const allFaultKinds = Object.keys(faultKinds) as FaultKind[];

/** What a client does. `chat`, below 1, chooses among its own chats; `nth` makes a message unlike all others. */
export type Action = { nth: number; atMs: number; client: number; chat: number } & (
  | { act: "send"; by: "socket" | "rest"; keyed: boolean; length: number }
  // `back`: how many of the person's own messages are newer. `both`: on both devices of the person at once.
  | { act: "edit" | "delete"; back: number; both: boolean }
  | { act: "read" | "leave" | "reconnect" | "typing" }
);

/** A booking event, and each time it is told: after how long, and over which way. `ageMs`: how long before the end it happened. */
export type BookingTelling = {
  atMs: number;
  booking: number;
  type: "approved" | "cancelled";
  ageMs: number;
  copies: { afterMs: number; by: "plain" | "wrapped" | "cloud-event" | "initiate" }[];
};

/** A status that is set by hand, once: by the owner or with the API key. */
export type StatusWish = {
  atMs: number;
  booking: number;
  status: "active" | "readonly" | "closed";
  by: "owner" | "service";
};

/** A request to erase all that a person sent. */
export type ErasureWish = { atMs: number; person: number };

export type Load = {
  /** Each has two devices, which are the clients. */
  people: number;
  chats: number;
  actionsPerS: number;
  bookingEventsPerS: number;
};

export type Schedule = {
  seed: number;
  seconds: number;
  members: 1 | 3;
  /** After how long without a word from the primary the others elect a new one. */
  electionTimeoutMs: number;
  load: Load;
  faults: Fault[];
};

export const defaultLoad: Load = { people: 12, chats: 36, actionsPerS: 70, bookingEventsPerS: 2 };

type Options = {
  seed: number;
  seconds: number;
  kinds?: readonly FaultKind[];
  members?: 1 | 3;
  load?: Load;
  /** Between two blows, on average. */
  gapMs?: number;
};

/** Blows come in rounds. Each ends with all mended and quiet, and with a look at what every client holds. */
export const roundMs = 30_000;
const calmMs = 3_000;

/** The same schedule for the same options. The first three seconds of each round are calm. */
export const planSchedule = ({
  seed,
  seconds,
  kinds = allFaultKinds,
  members = 3,
  load = defaultLoad,
  gapMs = 4_000,
}: Options): Schedule => {
  const random = createRandom(seed);
  const electionTimeoutMs = random.chance(0.6) ? 2_000 : 10_000;
  const bag = kinds.flatMap((kind) => Array.from({ length: faultKinds[kind].weight }, () => kind));
  const faults: Fault[] = [];
  for (let atMs = calmMs; atMs < seconds * 1_000; atMs += random.between(gapMs / 4, gapMs * 1.75)) {
    const fault = planFault(random, random.pick(bag), atMs);
    const isCalm = atMs % roundMs < calmMs || fault.atMs + fault.forMs >= seconds * 1_000;
    if (!isCalm && !faults.some((other) => collide(other, fault))) faults.push(fault);
  }
  return { seed, seconds, members, electionTimeoutMs, load, faults };
};

const planFault = (random: Random, kind: FaultKind, atMs: number): Fault => {
  const { forMs, amount = [0, 0] as const }: KindOf = faultKinds[kind];
  const on = random.between(0, 1);
  const leftMs = roundMs - (atMs % roundMs);
  return { atMs, kind, on, forMs: Math.min(leftMs, random.between(...forMs)), amount: random.between(...amount) };
};

/** What was hit needs a while to stand again before it is hit anew. */
const recoverMs = 2_500;

/** What a blow hits. */
export const targetOf = ({ kind, on }: Fault): string => faultKinds[kind].target.replace("%", String(on));

const collide = (one: Fault, other: Fault): boolean =>
  targetOf(one) === targetOf(other) &&
  one.atMs < other.atMs + other.forMs + recoverMs &&
  other.atMs < one.atMs + one.forMs + recoverMs;

/** What the clients do, in order of time. */
export const planActions = ({ seed, seconds, load }: Schedule): Action[] => {
  const random = createRandom(seed + 1);
  const count = Math.round(seconds * load.actionsPerS);
  const times = Array.from({ length: count }, () => random.between(0, seconds * 1_000)).toSorted((a, b) => a - b);
  return times.map((atMs, nth) => planAction(random, load, { atMs, nth }));
};

const planAction = (random: Random, { people }: Load, when: { atMs: number; nth: number }): Action => {
  // Some chats are busy and some see a message now and then: there the loss of one is not soon healed by the next.
  const common = { ...when, client: random.between(0, 2 * people - 1), chat: random.next() ** 3 };
  const roll = random.next();
  if (roll < 0.78) {
    const [by, keyed] = [random.chance(0.06) ? "rest" : "socket", random.chance(0.94)] as const;
    return { ...common, act: "send", by, keyed, length: random.chance(0.03) ? 4_000 : random.between(1, 200) };
  }
  if (roll < 0.83) return { ...common, act: "edit", back: random.between(0, 2), both: random.chance(0.5) };
  if (roll < 0.85) return { ...common, act: "delete", back: random.between(0, 6), both: random.chance(0.1) };
  if (roll < 0.94) return { ...common, act: "read" };
  if (roll < 0.97) return { ...common, act: "typing" };
  return { ...common, act: roll < 0.985 ? "leave" : "reconnect" };
};

/** Which of the chats are cancelled and approved again and again: every fourth. */
export const isRestless = (booking: number): boolean => booking % 4 === 3;

/** Which of the bookings are approved only in the course of a run: every ninth. */
export const isLate = (booking: number): boolean => booking % 9 === 8;

/** How old the oldest booking event of a run may be at its beginning. */
export const bookingSpanMs = 20 * 60_000;

/** What the booking service tells, in order of time; repeated, late, and in any order. */
export const planBookings = ({ seed, seconds, load }: Schedule): BookingTelling[] => {
  const random = createRandom(seed + 2);
  const restless = Array.from({ length: load.chats }, (_, index) => index).filter(
    (one) => isRestless(one) && !isLate(one),
  );
  const count = restless.length === 0 ? 0 : Math.round(seconds * load.bookingEventsPerS);
  const telling = Array.from({ length: count }, (_, index) => {
    const type = random.chance(0.6) ? ("approved" as const) : ("cancelled" as const);
    const atMs = Math.round((index / count) * (seconds - 1) * 1_000);
    // Mostly in order, now and then older than what was told before, and two at the same time.
    const ageMs = Math.round((bookingSpanMs * (count - index)) / (count + 1) / 1_000) * 1_000;
    const late = random.chance(0.2) ? random.between(1, 60) * 1_000 : 0;
    return { atMs, booking: random.pick(restless), type, ageMs: ageMs + late, copies: planCopies(random, type) };
  });
  return [...telling, ...planLateOnes(random, seconds, load)].toSorted((one, other) => one.atMs - other.atMs);
};

/** Approved in the course of the run; some of them cancelled before, and approved anew. */
const planLateOnes = (random: Random, seconds: number, load: Load): BookingTelling[] =>
  Array.from({ length: load.chats }, (_, index) => index)
    .filter(isLate)
    .flatMap((booking): BookingTelling[] => {
      const atMs = random.between(1_000, (seconds - 2) * 1_000);
      const tell = (type: BookingTelling["type"], ageMs: number): BookingTelling => ({
        atMs,
        booking,
        type,
        ageMs,
        copies: planCopies(random, type),
      });
      return random.chance(0.5) ? [tell("cancelled", 9_000), tell("approved", 5_000)] : [tell("approved", 5_000)];
    });

const planCopies = (random: Random, type: BookingTelling["type"]): BookingTelling["copies"] =>
  Array.from({ length: random.between(1, 3) }, () => ({
    afterMs: random.chance(0.5) ? 0 : random.between(1, 4_000),
    by:
      type === "approved" && random.chance(0.2)
        ? ("initiate" as const)
        : random.pick(["plain", "wrapped", "cloud-event"] as const),
  }));

/** What is set by hand, in any chat: closed or read-only, and soon active again. */
export const planStatuses = ({ seed, seconds, load }: Schedule): StatusWish[] => {
  const random = createRandom(seed + 4);
  const count = Math.round((seconds * load.bookingEventsPerS) / 4);
  const wishes = Array.from({ length: count }, (_, index): StatusWish[] => {
    const [atMs, booking] = [Math.round((index / count) * seconds * 1_000), random.between(0, load.chats - 1)];
    const by = (): StatusWish["by"] => (random.chance(0.6) ? "service" : "owner");
    return [
      { atMs, booking, status: random.pick(["readonly", "closed"]), by: by() },
      { atMs: atMs + random.between(0, 3_000), booking, status: "active", by: by() },
      { atMs: atMs + 4_000, booking, status: "active", by: "service" },
    ];
  });
  return wishes.flat().toSorted((one, other) => one.atMs - other.atMs);
};

/** Whose data is erased, in order of time: one person in twenty seconds, and at least one. */
export const planErasures = ({ seed, seconds, load }: Schedule): ErasureWish[] => {
  const random = createRandom(seed + 5);
  const count = Math.max(1, Math.round(seconds / 20));
  return Array.from({ length: count }, (_, index) => ({
    atMs: Math.round(((index + 0.5) / count) * seconds * 1_000),
    person: random.between(0, load.people - 1),
  }));
};

/** The schedule as a person reads it: a line for each blow. */
export const printSchedule = ({ seed, seconds, members, electionTimeoutMs, faults }: Schedule): string =>
  [
    `seed ${seed}, ${seconds} s, ${members} MongoDB members, election after ${electionTimeoutMs} ms`,
    ...faults.map(printFault),
  ].join("\n");

export const printFault = (fault: Fault): string => {
  const { atMs, forMs, kind, amount } = fault;
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const target = targetOf(fault);
  return `  at ${seconds(atMs)} for ${seconds(forMs)}: ${kind} (${target}${amount === 0 ? "" : `, ${amount}`})`;
};
