import type { ChatHandle, Item } from "../../../client/src/types.ts";
import type { Edited } from "../composer/composer.ts";
import { createQuestion } from "../kit/dialog.ts";
import type { Menu } from "../kit/menu.ts";
import type { Settings } from "../kit/settings.ts";
import type { MessageActs } from "../message/message-menu.ts";
import { createReportDialog } from "../message/report-dialog.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";
import { chatMenuItems, createDayDialog } from "./chat-menu.ts";

type Options = {
  client: PageClient;
  settings: Settings;
  menu: Menu;
  startEdit: (edited: Edited) => void;
  toDay: (day: string) => void;
};

/** What the menus of a message and of a chat do, with the dialogs that they need. */
export function createActs({ client, settings, menu, startEdit, toDay }: Options) {
  const question = createQuestion();
  const reportDialog = createReportDialog();
  const dayDialog = createDayDialog(toDay);

  const onMessage: MessageActs = {
    edit: (item) => {
      const edited = editable(item);
      if (edited) startEdit(edited);
    },
    remove: (item) => {
      const [seq, chat] = [seqOf(item), openChat(client)];
      question.ask({
        title: words.deleteTitle,
        text: words.deleteText,
        confirm: words.delete,
        onYes: () => void client.act(() => chat.remove(seq)),
      });
    },
    report: (item) => report(words.reportMessage, { seq: seqOf(item) }),
    copy: (text) => void client.act(() => navigator.clipboard.writeText(text)),
  };

  return {
    ...onMessage,
    dialogs: [question, reportDialog, dayDialog],
    openChatMenu(button: HTMLElement): void {
      const chat = client.openChat();
      if (!chat) return;
      const { name } = settings.person(client.otherOf(chat));
      const onReport = () => report(words.reportPerson(name).replace(/\s?…$/, ""), "person");
      menu.open(button, words.chatMenu, chatMenuItems(chat, client, name, { onReport, onDay: () => dayDialog.open() }));
    },
    /** A refused text is put back, so that it is not lost. */
    saveEdit(edited: Edited, text: string): void {
      const [chatId, chat] = [client.openChatId, openChat(client)];
      void client
        .act(() => chat.edit(edited.seq, text))
        .then((isSaved) => !isSaved && client.openChatId === chatId && startEdit({ ...edited, text, isRetry: true }));
    },
  };

  function report(title: string, target: { seq: number } | "person"): void {
    const chat = openChat(client);
    reportDialog.ask(title, (reason, note) => {
      void client.act(() => chat.report(target, reason, note)).then((isSent) => isSent && client.done(words.reported));
    });
  }
}

const openChat = (client: PageClient): ChatHandle => client.chat(client.openChatId ?? "");

const seqOf = ({ message }: Item): number => ("seq" in message ? message.seq : 0);

/** A message as the composer changes it. */
export const editable = (item: Item | undefined): Edited | null =>
  item && "seq" in item.message
    ? { seq: item.message.seq, text: item.message.content, isCaption: item.message.type !== "text" }
    : null;
