const typingEndsMs = 7_000;
const repeatMs = 3_000;
const idleMs = 4_000;

/** Reports to the other side that this person types: at most every 3 s; after a pause of 4 s it reports the end. */
export function createOwnTyping(report: (chatId: string, isTyping: boolean) => void) {
  let chatId: string | null = null;
  let reportedAtMs = 0;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(idleTimer);
    if (chatId !== null) report(chatId, false);
    chatId = null;
  }

  return {
    stop,
    /** Call this at every change of the text. */
    keyPressed(inChat: string): void {
      if (chatId !== null && chatId !== inChat) stop();
      const nowMs = performance.now();
      if (chatId === null || nowMs - reportedAtMs >= repeatMs) {
        report(inChat, true);
        reportedAtMs = nowMs;
      }
      chatId = inChat;
      clearTimeout(idleTimer);
      idleTimer = setTimeout(stop, idleMs);
    },
    /** Call this after a send, with which the service ends typing itself. */
    sent(): void {
      clearTimeout(idleTimer);
      chatId = null;
    },
  };
}

/** The chats in which the other side types. Typing ends by itself after 7 s, in case its end got lost. */
export function createOthersTyping(onChange: () => void) {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function end(chatId: string): void {
    clearTimeout(timers.get(chatId));
    if (timers.delete(chatId)) onChange();
  }

  return {
    has: (chatId: string): boolean => timers.has(chatId),
    end,
    endAll: (): void => [...timers.keys()].forEach(end),
    begin(chatId: string): void {
      clearTimeout(timers.get(chatId));
      timers.set(
        chatId,
        setTimeout(() => end(chatId), typingEndsMs),
      );
      onChange();
    },
  };
}
