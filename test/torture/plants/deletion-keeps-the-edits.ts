import { replaceText } from "./replace-module.ts";

// Planted: a deletion takes the message's text and leaves those of its edits.
replaceText(
  "src/store/entry-changes.ts",
  "await emptyEdits(chatId, seqsOf(shown.filter(({ deleted }) => deleted !== undefined)));",
  "",
);
