import { parseArgs } from "node:util";

export const usage = `npm run bench -- [options]
  --only NAME,NAME   only these scenarios
  --systems NAME,…   only these of plain, ours and relay
  --turns NUMBER     how often each is measured; the results are medians (default 3)
  --seconds NUMBER   how long each measurement lasts (default 10)
  --quick            one short turn to try things; the results go to the terminal alone
  --profile FOLDER   take CPU profiles of our nodes`;

export type Arguments = {
  only: string[] | undefined;
  systems: string[] | undefined;
  turns: number;
  seconds: number;
  quick: boolean;
  profileFolder: string | undefined;
};

/** @throws with what is wrong */
export const readArguments = (args: string[]): Arguments => {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string" },
      systems: { type: "string" },
      turns: { type: "string" },
      seconds: { type: "string" },
      quick: { type: "boolean", default: false },
      profile: { type: "string" },
    },
  });
  return {
    only: values.only?.split(","),
    systems: values.systems?.split(","),
    turns: count("turns", values.turns, values.quick ? 1 : 3),
    seconds: count("seconds", values.seconds, values.quick ? 3 : 10),
    quick: values.quick,
    profileFolder: values.profile,
  };
};

const count = (name: string, text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name}: expected a number above 0`);
  return value;
};
