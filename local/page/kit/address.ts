/** The chat that the page's address names: `#/chat/ID`. */
export const chatInAddress = (): string | null => {
  const id = /^#\/chat\/([\w-]+)$/.exec(location.hash)?.[1];
  return id ?? null;
};

const addressOf = (chatId: string | null): string =>
  `${location.pathname}${location.search}${chatId === null ? "" : `#/chat/${chatId}`}`;

const wasPushed = (): boolean => {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null && "isPushed" in state;
};

/** Keeps the open chat in the address. Opening one from the list is a step: Back leads to the list again. */
export function createAddress(onChat: (chatId: string | null) => void) {
  let isGoingBack = false;
  window.addEventListener("popstate", () => {
    isGoingBack = false;
    onChat(chatInAddress());
  });
  return {
    /** `isStep` false: the person turned to something else, and Back does not undo that. */
    show(chatId: string | null, isStep: boolean): void {
      const shown = chatInAddress();
      if (shown === chatId || isGoingBack) return;
      if (isStep && shown === null) history.pushState({ isPushed: true }, "", addressOf(chatId));
      else if (isStep && chatId === null && wasPushed()) {
        isGoingBack = true;
        history.back();
      } else history.replaceState(history.state, "", addressOf(chatId));
    },
  };
}
