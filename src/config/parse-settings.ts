import type { z } from "zod";

/** Settings that are missing or wrong. The message names each one and says what is expected. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`Settings are missing or wrong:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.name = "ConfigError";
  }
}

/** @throws ConfigError if there are problems */
export const refuseProblems = (problems: string[]): void => {
  if (problems.length > 0) throw new ConfigError(problems);
};

// An empty value in a .env file means "not set".
const withoutEmpty = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value ? [[name, value]] : [])));

/**
 * The environment's settings; `defaults` replace missing ones.
 * @throws ConfigError naming every missing or wrong setting, never its value
 */
export const parseSettings = <S extends z.ZodObject>(
  schema: S,
  env: NodeJS.ProcessEnv,
  defaults: Record<string, string>,
): z.infer<S> => {
  const given = withoutEmpty(env);
  const parsed = schema.safeParse({ ...defaults, ...given });
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      return `${name}: ${given[name] === undefined ? "missing, " : ""}expected ${message}`;
    }),
  );
};
