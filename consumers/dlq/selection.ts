import type { Letter } from "./letter.ts";

const fields = {
  id: ({ id }: Letter) => id,
  reason: ({ reason }: Letter) => reason,
  topic: ({ from }: Letter) => from?.topic ?? "",
  key: ({ key }: Letter) => key ?? "",
} as const;

type Field = keyof typeof fields;

/** One `--where`: the letter's field is one of the values. */
export type Condition = { field: Field; values: string[] };

/** Every condition must be true and, if a time is given, the letter must have been put before it. */
export type Selection = { where: Condition[]; before: Date | null };

export const fieldNames = Object.keys(fields);

const isField = (name: string): name is Field => Object.hasOwn(fields, name);

/** `reason=not_json,not_utf8`; null if it is not a condition. */
export const readCondition = (text: string): Condition | null => {
  const [name = "", ...rest] = text.split("=");
  const values = rest.join("=").split(",");
  if (!isField(name) || rest.length === 0 || values.includes("")) return null;
  return { field: name, values };
};

/** Whether the selection has any condition. */
export const isFiltering = ({ where, before }: Selection): boolean => where.length > 0 || before !== null;

export const isSelected =
  ({ where, before }: Selection) =>
  (letter: Letter): boolean =>
    where.every(({ field, values }) => values.includes(fields[field](letter))) &&
    (before === null || (letter.putAt !== null && letter.putAt < before));
