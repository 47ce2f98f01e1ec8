import type { ChatHandle, Item } from "@lyvo/chat-client";
import { useChat, useChatClient } from "@lyvo/chat-client/react";
import { useEffect, useRef } from "react";
import { Composer } from "./composer.tsx";

/** One chat. `useChat` opens it while this component is mounted. */
export const Chat = ({ id }: { id: string }) => {
  const { chat: card, items, hasOlder, completeTo, otherTyping, otherOnline, may } = useChat(id);
  const chat = useChatClient().chat(id);
  const end = useRef<HTMLDivElement>(null);

  // Say what the person has seen: the package sends it only while the page is visible.
  useEffect(() => {
    if (completeTo > 0) chat.markRead(completeTo);
  }, [chat, completeTo]);

  const newest = items.at(-1)?.key;
  useEffect(() => {
    if (newest) end.current?.scrollIntoView({ block: "end" });
  }, [newest]);

  return (
    <section className="chat">
      <h2>
        {card?.bookingId} {otherOnline && <small>online</small>}
      </h2>
      <div className="log">
        {hasOlder && (
          <button type="button" onClick={() => void chat.loadOlder()}>
            Older messages
          </button>
        )}
        <ol>
          {items.map((item) => (
            <Row key={item.key} item={item} chat={chat} />
          ))}
        </ol>
        <p className="typing">{otherTyping && "is typing …"}</p>
        <div ref={end} />
      </div>
      {may.send.ok ? <Composer chat={chat} mayUpload={may.upload.ok} /> : <p className="shut">{may.send.text}</p>}
    </section>
  );
};

/** A message. Its `key` stays the same from the echo to the entry in the log, so React keeps the row. */
const Row = ({ item, chat }: { item: Item; chat: ChatHandle }) => {
  const { key, message, state, progress, error } = item;
  const isDeleted = "deleted" in message && message.deleted !== undefined;
  const side = message.type === "system" ? "system" : state === "received" ? "theirs" : "own";
  return (
    <li className={side} data-state={state}>
      <span dir="auto">{isDeleted ? "This message was deleted." : message.content || message.attachment?.name}</span>
      {side === "own" && <small>{progress === undefined ? state : `${Math.round(progress * 100)} %`}</small>}
      {state === "failed" && (
        <span role="alert">
          {error?.message}
          <button type="button" onClick={() => chat.retry(key)}>
            Try again
          </button>
          <button type="button" onClick={() => chat.discard(key)}>
            Discard
          </button>
        </span>
      )}
    </li>
  );
};
