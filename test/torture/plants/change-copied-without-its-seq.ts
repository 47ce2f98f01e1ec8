import { replaceText } from "./replace-module.ts";

// Planted: what a message shows is the change that was copied last, not the one that is last in the log.
replaceText("src/chat/log/changes.ts", "change.seq <= (target.changedBy ?? 0)", "false");
replaceText("src/store/entry-changes.ts", "changedBy: { $not: { $gte: wanted.changedBy ?? 0 } }, deleted", "deleted");
