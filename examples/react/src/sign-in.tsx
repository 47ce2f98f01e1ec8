import { type ChatClient, createChatClient } from "@lyvo/chat-client";
import { type FormEvent, useState } from "react";

const chatUrl = import.meta.env["VITE_CHAT_URL"] ?? "http://127.0.0.1:5002";

/** The person that a token speaks for. Your page knows who is signed in, and needs none of this. */
const userIn = (token: string): string => {
  const payload = token.split(".")[1] ?? "";
  const { sub } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  return sub;
};

/** In place of a real login: the person pastes what `npm run token` prints. */
export const SignIn = ({ onClient }: { onClient: (client: ChatClient) => void }) => {
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    try {
      // `getToken` is asked at each connect, and again before a token ends. Yours fetches a fresh one from your backend.
      onClient(createChatClient({ url: chatUrl, userId: userIn(token), getToken: async () => token }));
    } catch {
      setError("This is no token. Print one with: npm run token -- mara-lindqvist");
    }
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <label>
        Token
        <input value={token} onChange={({ target }) => setToken(target.value.trim())} required autoComplete="off" />
      </label>
      <button type="submit">Sign in</button>
      {error && <p role="alert">{error}</p>}
    </form>
  );
};
