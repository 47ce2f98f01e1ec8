import { expect, test } from "@jest/globals";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { createChatClient } from "../../client/src/chat-client.ts";
import { ChatProvider, useChat, useConnection, useInbox, useUnsent } from "../../client/src/react.ts";

test("a server renders what is known, and opens nothing", () => {
  let asked = 0;
  const getToken = async (): Promise<string> => `${(asked += 1)}`;
  const client = createChatClient({ url: "http://127.0.0.1:1", userId: "u", getToken });
  const Page = () => {
    const { items, may } = useChat("0".repeat(24));
    const unread = useInbox((inbox) => inbox.unread);
    return `${useConnection().state} ${items.length} ${unread} ${useUnsent().count} ${may.send.ok}`;
  };
  const html = renderToString(createElement(ChatProvider, { client }, createElement(Page)));
  expect(html).toBe("connecting 0 0 0 true");
  expect(asked).toBe(0);
});

test("a hook outside of a provider says so", () => {
  const Lost = () => useConnection().state;
  expect(() => renderToString(createElement(Lost))).toThrow("There is no <ChatProvider>");
});
