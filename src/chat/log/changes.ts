import type { ChangeNote, Deleted, Entry } from "./entry.ts";

/** What a change changes; null for an entry that changes no other. */
export const changeIn = ({ system }: Pick<Entry, "system">): ChangeNote | null =>
  system?.event === "message_edited" || system?.event === "message_deleted" ? system : null;

const deleterOf = (target: Entry, deletion: Entry, { by }: ChangeNote): Deleted["by"] => {
  if (by !== undefined) return by;
  return deletion.senderId === target.senderId ? "sender" : "operator";
};

/**
 * The target as it is shown after a change. The change with the highest seq decides, in whatever order they are applied,
 * and a deleted message stays deleted.
 *
 *     "Helo" (3), edited to "Hello" (5), edited to "Hello!" (6) → "Hello!", `changedBy` 6, whether 5 or 6 comes first
 */
export const afterChange = (target: Entry, change: Entry): Entry => {
  const note = changeIn(change);
  if (note === null || note.target !== target.seq || change.seq <= (target.changedBy ?? 0) || target.deleted) {
    return target;
  }
  const at = change.createdAt.toISOString();
  if (note.event === "message_edited")
    return { ...target, content: change.content, editedAt: at, changedBy: change.seq };
  const { attachment: _file, editedAt: _edited, sentDigest: _digest, ...rest } = target;
  return { ...rest, content: "", deleted: { by: deleterOf(target, change, note), at }, changedBy: change.seq };
};

const withoutText = (entry: Entry): Entry => ({ ...entry, content: "" });

/**
 * The same entries, each as the later ones among them say; an edit of a message that was deleted has no text. For a page
 * that is read between a change and its copy.
 */
export const withChanges = (entries: Entry[]): Entry[] => {
  const changes = entries.filter((entry) => changeIn(entry) !== null);
  if (changes.length === 0) return entries;
  const byTarget = Map.groupBy(changes, (change) => changeIn(change)?.target);
  const deleted = new Set(
    changes.flatMap((change) => (change.system?.event === "message_deleted" ? [changeIn(change)?.target] : [])),
  );
  return entries.map((entry) => {
    const target = changeIn(entry)?.target;
    if (target !== undefined) return deleted.has(target) ? withoutText(entry) : entry;
    return (byTarget.get(entry.seq) ?? []).reduce(afterChange, entry);
  });
};
