import type { EraseStep } from "../../src/chat/user-data/erase-user.ts";
import type { Erasures } from "../../src/chat/user-data/erasure.ts";
import { settleAll } from "../../src/timing/settle-all.ts";
import type { Task } from "./one-holder.ts";

type Parts = {
  erasures: Pick<Erasures, "running" | "distrust">;
  eraseStep: EraseStep;
  onErased: (count: number) => void;
};

const usersAtOnce = 2;
const restMs = 1_000;

/** Takes the oldest running erasures a step further each time. */
export const createEraseUsers = ({ erasures, eraseStep, onErased }: Parts): Task => {
  // The holder before may have died between a deletion and saving it; so there has to be a pass after this one.
  let isTakenOver = false;
  return {
    name: "erasure",
    restMs,
    run: async (signal) => {
      if (!isTakenOver) await erasures.distrust();
      isTakenOver = true;
      const places = await erasures.running(usersAtOnce);
      await settleAll(places.map((place) => eraseStep(place, signal, onErased)));
      return places.length > 0;
    },
  };
};
