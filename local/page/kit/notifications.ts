import { keep, kept } from "./kept.ts";

/** Notices of the browser, for a person who asked for them. */
export function createNotifications(userId: string, onPress: (chatId: string) => void) {
  const key = `notify:${userId}`;
  const isAllowed = (): boolean => "Notification" in globalThis && Notification.permission === "granted";
  return {
    get isOn(): boolean {
      return isAllowed() && kept(key) === "yes";
    },
    stop: (): void => keep(key, ""),
    /** Asks the browser. @returns whether it allows them */
    async ask(): Promise<boolean> {
      const answer = "Notification" in globalThis ? await Notification.requestPermission() : "denied";
      keep(key, answer === "granted" ? "yes" : "");
      return answer === "granted";
    },
    show(chatId: string, title: string, body: string): void {
      if (!this.isOn) return;
      try {
        // A chat has one: the next replaces it.
        const notice = new Notification(title, { body, tag: chatId, icon: "/favicon.svg" });
        notice.addEventListener("click", () => {
          window.focus();
          notice.close();
          onPress(chatId);
        });
      } catch {
        // Chromium on Android shows them from a service worker alone.
      }
    },
  };
}
