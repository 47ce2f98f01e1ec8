import type { Json } from "../../contract/documents/json-schemas.ts";

type Fields = { properties: Json; required: string[] };
type ObjectSchema = Fields & { type: "object"; description: string };

/** The variants of a message, with what each has beside the fields that all have. */
const variants = {
  TextMessage: { type: "text", has: {}, description: "A text, also a deleted one: its content is empty then." },
  ImageMessage: { type: "image", has: { attachment: true }, description: "An image with an optional caption." },
  FileMessage: { type: "file", has: { attachment: true }, description: "A file with an optional caption." },
  SystemMessage: { type: "system", has: { system: true }, description: "What the service says of the chat." },
} as const;
const deletedFile = "An image or a file that was deleted: it has no attachment any more.";

const without = (fields: Json, ...names: string[]): Json =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/**
 * The schema of a Message as one for each `type`, so that a generated client knows that an image has its attachment and
 * a text has none. Together they accept every message that is sent. The fields that all have are in the union as well, for
 * readers.
 * @returns the union, and its parts by their names
 */
export const toMessageVariants = ({ properties, required }: Fields): { union: Json; parts: Record<string, Json> } => {
  const shared = without(properties, "type", "attachment", "system");
  const variant = (type: Json, fields: Json, description: string): ObjectSchema => ({
    type: "object",
    description,
    // What has a file was not deleted.
    properties: { ...("attachment" in fields ? without(shared, "deleted") : shared), type, ...fields },
    required: [...required, ...Object.keys(fields)],
  });
  const parts = Object.fromEntries(
    Object.entries(variants).map(([name, { type, has, description }]) => {
      const fields = Object.fromEntries(Object.keys(has).map((field) => [field, properties[field]]));
      return [name, variant({ type: "string", const: type }, fields, description)];
    }),
  );
  const deleted = variant({ type: "string", enum: ["image", "file"] }, { deleted: shared["deleted"] }, deletedFile);
  const refs = Object.fromEntries(
    Object.entries(variants).map(([name, { type }]) => [type, `#/components/schemas/${name}`]),
  );
  return {
    union: {
      type: "object",
      properties: { ...without(shared, "deleted"), type: properties["type"] },
      required,
      oneOf: [...Object.values(refs).map(($ref) => ({ $ref })), { title: "DeletedFileMessage", ...deleted }],
      discriminator: { propertyName: "type", mapping: refs },
    },
    parts,
  };
};
