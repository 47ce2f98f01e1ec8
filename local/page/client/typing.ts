const typingEndsMs = 7_000;
const repeatMs = 3_000;
const idleMs = 4_000;

/** Tells the other side that this person types: at most every 3 s, and once when the fingers rest for 4 s. */
export function createOwnTyping(tell: (chatId: string, isTyping: boolean) => void) {
  let chatId: string | null = null;
  let toldAtMs = 0;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(idleTimer);
    if (chatId !== null) tell(chatId, false);
    chatId = null;
  }

  return {
    stop,
    /** To be called with every change of the text. */
    keyPressed(inChat: string): void {
      if (chatId !== null && chatId !== inChat) stop();
      const nowMs = performance.now();
      if (chatId === null || nowMs - toldAtMs >= repeatMs) {
        tell(inChat, true);
        toldAtMs = nowMs;
      }
      chatId = inChat;
      clearTimeout(idleTimer);
      idleTimer = setTimeout(stop, idleMs);
    },
    /** After a send the service has ended it already. */
    sent(): void {
      clearTimeout(idleTimer);
      chatId = null;
    },
  };
}

/** In which chats the other side types. It ends by itself after 7 s, should the end get lost. */
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
