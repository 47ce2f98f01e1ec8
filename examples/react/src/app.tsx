import type { ChatClient } from "@lyvo/chat-client";
import { ChatProvider } from "@lyvo/chat-client/react";
import { useState } from "react";
import { Chat } from "./chat.tsx";
import { ConnectionLine } from "./connection-line.tsx";
import { Inbox } from "./inbox.tsx";
import { SignIn } from "./sign-in.tsx";

/** One client for each person that signs in. Making it opens nothing; the first hook connects it. */
export const App = () => {
  const [client, setClient] = useState<ChatClient>();
  if (!client) return <SignIn onClient={setClient} />;
  const signOut = () => {
    setClient(undefined);
    // Closes the connection, and deletes what this browser keeps of the person.
    void client.signOut();
  };
  return (
    <ChatProvider client={client}>
      <Chats onSignOut={signOut} />
    </ChatProvider>
  );
};

const Chats = ({ onSignOut }: { onSignOut: () => void }) => {
  const [chatId, setChatId] = useState<string | null>(null);
  return (
    <>
      <ConnectionLine />
      <div className="columns">
        <nav>
          <Inbox openId={chatId} onOpen={setChatId} />
          <button type="button" onClick={onSignOut}>
            Sign out
          </button>
        </nav>
        {/* The key: another chat begins with another composer and another scroll position. */}
        <main>{chatId ? <Chat key={chatId} id={chatId} /> : <p>Choose a chat.</p>}</main>
      </div>
    </>
  );
};
