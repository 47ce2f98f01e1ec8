import { replaceText } from "./replace-module.ts";

// Planted: a deletion takes the message's text and leaves those of its edits.
replaceText("src/store/entry-changes.ts", "if (shown?.deleted !== undefined) await emptyEdits(chatId, seq);", "");
