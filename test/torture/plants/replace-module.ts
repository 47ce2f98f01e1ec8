import { registerHooks } from "node:module";

// For the test that each plant still finds what it is made for.
const tell = (path: string): void => {
  if (process.env["TORTURE_TELL_PLANTED"]) process.stderr.write(`planted: ${path}\n`);
};

const root = new URL("../../../", import.meta.url);

/**
 * From now on whoever imports `path` (from the clone's root) gets `by` instead; only `by` itself gets the original. To
 * be called in a module that is loaded before all others (`node --import`).
 */
export const replaceModule = (path: string, by: string): void => {
  const original = new URL(path, root).href;
  registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      if (resolved.url !== original || context.parentURL === by) return resolved;
      tell(path);
      return { ...resolved, url: by };
    },
  });
};

/**
 * From now on a text in `path` (from the clone's root) is another.
 * @throws when the module is loaded and the text is not in it: the plant must be made to fit again
 */
export const replaceText = (path: string, text: string, by: string): void => {
  const original = new URL(path, root).href;
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (url !== original) return loaded;
      const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
      if (!source.includes(text)) throw new Error(`This plant does not fit ${path} any more: it has no ${text}`);
      tell(path);
      return { ...loaded, source: source.replace(text, () => by) };
    },
  });
};
