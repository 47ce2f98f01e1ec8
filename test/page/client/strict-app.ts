import { createElement, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { createChatClient } from "../../../client/src/chat-client.ts";
import { ChatProvider, useChat, useInbox } from "../../../client/src/react.ts";

// A page in React's StrictMode, which mounts everything twice. It counts how often each part was rendered.
declare global {
  interface Window {
    start: (options: { url: string; userId: string; token: string; chatId: string }) => void;
    renders: { badge: number; chat: number };
    toggle: () => void;
  }
}
window.renders = { badge: 0, chat: 0 };

const Badge = () => {
  window.renders.badge += 1;
  return createElement(
    "b",
    { id: "unread" },
    useInbox(({ unread }) => unread),
  );
};

const Chat = ({ id }: { id: string }) => {
  window.renders.chat += 1;
  const { items, otherTyping } = useChat(id);
  const texts = items.map(({ key, message }) => createElement("li", { key }, message.content));
  return createElement("ul", { "data-typing": String(otherTyping) }, texts);
};

window.start = ({ url, userId, token, chatId }) => {
  window.client = createChatClient({ url, userId, getToken: async () => token });
  const App = () => {
    const [isShown, setShown] = useState(true);
    window.toggle = () => setShown((was) => !was);
    return createElement(
      ChatProvider,
      { client: window.client },
      createElement(Badge),
      isShown && createElement(Chat, { id: chatId }),
    );
  };
  const place = document.body.appendChild(document.createElement("main"));
  createRoot(place).render(createElement(StrictMode, null, createElement(App)));
};
