import type { Drafts } from "../composer/drafts.ts";
import { createQuestion } from "../kit/dialog.ts";
import type { Menu, MenuItem } from "../kit/menu.ts";
import type { createNotifications } from "../kit/notifications.ts";
import type { PageClient } from "../page-client.ts";
import { words } from "../words/words.ts";

type Options = {
  client: PageClient;
  menu: Menu;
  drafts: Drafts;
  notifications: ReturnType<typeof createNotifications>;
  name: string;
};

/** What a person can set: notifications, and signing out, which wipes what this device has of the person. */
export function createSideMenu({ client, menu, drafts, notifications, name }: Options) {
  const question = createQuestion();
  let isSignedOut = false;

  return {
    dialog: question.element,
    get isSignedOut(): boolean {
      return isSignedOut;
    },
    open(button: HTMLElement): void {
      const notifying: MenuItem = notifications.isOn
        ? { label: words.notifyMeNot, icon: "mute", act: notifications.stop }
        : { label: words.notifyMe, icon: "bell", act: () => void client.act(askToNotify) };
      menu.open(button, words.optionsOf(name), [
        notifying,
        { label: words.signOut, icon: "exit", tone: "danger", act: askToSignOut },
      ]);
    },
  };

  async function askToNotify(): Promise<void> {
    if (!(await notifications.ask())) throw new Error(words.notifyRefused);
  }

  function askToSignOut(): void {
    question.ask({
      title: `${words.signOut}?`,
      text: words.signOutText,
      confirm: words.signOut,
      onYes: () => {
        isSignedOut = true;
        drafts.wipe();
        void client.act(() => client.signOut());
      },
    });
  }
}
