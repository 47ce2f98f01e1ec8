import * as fc from "fast-check";

type Path = (string | number)[];
/** `at`: which of the value's places, counted round and round. */
type Mutation = {
  at: number;
  kind: "replace" | "remove" | "add" | "wrap" | "twice" | "as text";
  name: string;
  by: unknown;
};

const fromJson = (json: string): unknown => JSON.parse(json);

// Own properties of these names, as JSON.parse makes them.
const polluted = [
  '{"__proto__":{"isAdmin":true}}',
  '{"__proto__":null}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"toString":"x","valueOf":1}',
  '{"toJSON":"x","then":"x","length":-1}',
  '{"hasOwnProperty":1}',
].map(fromJson);

const texts = [
  "",
  " ",
  "0",
  "1e3",
  "null",
  "__proto__",
  "constructor",
  "\u0000",
  "\ud800",
  "\ufeff",
  "\u200d\u200b\u2060",
  "\u202egnp.exe",
  "e\u0301".repeat(200),
  `e${"\u0301".repeat(5_000)}`,
  "ﷺ".repeat(1_000),
  "x".repeat(5_000),
  "👍🏽".repeat(4_001),
  "../../etc/passwd",
  "<script>alert(1)</script>",
  "'; return 1; //",
  "%00%ff",
  "a.b.$c",
];
const numbers = [0, -0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 63, Number.MIN_VALUE, Number.NaN, Infinity];
const queries = [
  { $gt: "" },
  { $ne: null },
  { $where: "1" },
  { $oid: "65f0c0ffee0000000000c0de" },
  { $numberLong: "1" },
];
const deep = fromJson(`${"[".repeat(2_000)}${"]".repeat(2_000)}`);
const large = "x".repeat(70_000);

/** What does harm somewhere, once in a while. */
const nasty: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(null, true, false, [], [[]], {}, [null], [{}]) },
  { weight: 6, arbitrary: fc.constantFrom<unknown>(...texts) },
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...numbers) },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...queries) },
  { weight: 3, arbitrary: fc.constantFrom<unknown>(...polluted) },
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary" }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      deep,
      large,
      Array.from({ length: 1_000 }, () => null),
    ),
  },
);

const names = [
  "__proto__",
  "constructor",
  "userId",
  "senderId",
  "role",
  "$set",
  "type",
  "chatId",
  "seq",
  "_id",
  "",
  "a.b",
];

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat({ max: 50 }),
  kind: fc.constantFrom("replace", "replace", "replace", "remove", "add", "wrap", "twice", "as text"),
  name: fc.constantFrom(...names),
  by: nasty,
});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const deepest = 4;

/** The first few places of a value, and of what stands in it. */
const placesIn = (value: unknown, path: Path = []): Path[] =>
  isRecord(value) && path.length < deepest
    ? [
        path,
        ...Object.entries(value)
          .slice(0, 20)
          .flatMap(([key, inner]) => placesIn(inner, [...path, key])),
      ]
    : [path];

// Assignment would call the setter of `__proto__`.
const withField = (value: object, key: string, field: unknown): object => {
  const copy = Array.isArray(value) ? [...value] : { ...value };
  return Object.defineProperty(copy, key, { value: field, enumerable: true, configurable: true, writable: true });
};

const without = (value: object, key: string): object =>
  Array.isArray(value)
    ? value.filter((_, index) => String(index) !== key)
    : Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));

const changed = (value: unknown, { kind, name, by }: Mutation): unknown => {
  if (kind === "wrap") return [value];
  if (kind === "twice") return [value, value];
  if (kind === "as text") return JSON.stringify(value);
  if (kind === "add" && isRecord(value)) return withField(value, name, by);
  return by;
};

const changeAt = (value: unknown, [key, ...rest]: Path, mutated: Mutation): unknown => {
  if (key === undefined || !isRecord(value)) return changed(value, mutated);
  const name = String(key);
  if (rest.length === 0 && mutated.kind === "remove") return without(value, name);
  return withField(value, name, changeAt(value[name], rest, mutated));
};

const mutate = (value: unknown, mutated: Mutation): unknown => {
  const places = placesIn(value);
  return changeAt(value, places[mutated.at % places.length] ?? [], mutated);
};

/** Valid values, and those with one or two things wrong: another type, one field less or more, too long, twice. */
export const nearValid = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 2, arbitrary: valid },
    {
      weight: 5,
      arbitrary: fc
        .tuple(valid, fc.array(mutation, { minLength: 1, maxLength: 2 }))
        .map(([value, mutations]) => mutations.reduce(mutate, value)),
    },
    { weight: 1, arbitrary: nasty },
  );

/** A text where a name or an id belongs. */
export const nearValidText = (valid: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 5, arbitrary: valid }, { weight: 1, arbitrary: fc.constantFrom(...texts) });
