import type { createWriteEntries as Original } from "../../../src/store/append/write-entries.ts";
import { createWriteEntries as original } from "../../../src/store/append/write-entries.ts";
import { replaceModule } from "./replace-module.ts";

// Planted: a send is acked when its write has begun, not when a majority has it.
replaceModule("src/store/append/write-entries.ts", import.meta.url);

export const createWriteEntries: typeof Original = (...parts) => {
  const write = original(...parts);
  return async (entries, options) => {
    void write(entries, options);
    return entries.map(() => "written" as const);
  };
};
