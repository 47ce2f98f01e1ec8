import { useChatClient, useInbox } from "@lyvo/chat-client/react";

type Props = { openId: string | null; onOpen: (chatId: string) => void };

export const Inbox = ({ openId, onOpen }: Props) => {
  const { chats, unread, loaded, hasMore } = useInbox();
  if (!loaded) return <p>Loading …</p>;
  if (chats.length === 0) return <p>There is no chat yet. An approved booking opens one.</p>;
  return (
    <>
      <h1>Chats {unread > 0 && <b className="unread">{unread}</b>}</h1>
      <ul className="inbox">
        {chats.map(({ id, bookingId, lastMessage, unreadCount }) => (
          <li key={id}>
            <button type="button" aria-current={id === openId} onClick={() => onOpen(id)}>
              <strong>{bookingId}</strong>
              <span>{lastMessage?.content || lastMessage?.type}</span>
              {unreadCount > 0 && <b className="unread">{unreadCount}</b>}
            </button>
          </li>
        ))}
      </ul>
      {hasMore && <LoadMore />}
    </>
  );
};

const LoadMore = () => {
  const client = useChatClient();
  return (
    <button type="button" onClick={() => void client.loadMoreChats()}>
      More chats
    </button>
  );
};
