import { replaceText } from "./replace-module.ts";

// Planted: what a message shows is the change that was copied last, not the one that is last in the log. Every second
// copy is two seconds late, as on a busy node.
replaceText("src/chat/log/changes.ts", "change.seq <= (target.changedBy ?? 0)", "false");
replaceText("src/store/entry-changes.ts", "changedBy: { $not: { $gte: shown.changedBy ?? 0 } },", "");
replaceText(
  "src/store/entry-changes.ts",
  "const copied = await copy(changed);",
  "if (changed.length > 0 && Math.random() < 0.5) await new Promise((done) => setTimeout(done, 2_000)); const copied = await copy(changed);",
);
