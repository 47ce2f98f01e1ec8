import type { ChatHandle } from "@lyvo/chat-client";
import { type ChangeEvent, type FormEvent, useState } from "react";

export const Composer = ({ chat, mayUpload }: { chat: ChatHandle; mayUpload: boolean }) => {
  const [text, setText] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    // It is stored before `send` returns, and shown at once. `done` rejects if the service refuses it; the row says so.
    chat.send({ text }).done.catch(() => {});
    setText("");
  };
  const write = ({ target }: ChangeEvent<HTMLInputElement>) => {
    setText(target.value);
    chat.setTyping(target.value !== "");
  };
  const attach = ({ target }: ChangeEvent<HTMLInputElement>) => {
    for (const file of target.files ?? []) chat.send({ file }).done.catch(() => {});
    target.value = "";
  };

  return (
    <form className="composer" onSubmit={submit}>
      <input value={text} onChange={write} aria-label="Message" autoComplete="off" />
      {mayUpload && <input type="file" multiple onChange={attach} aria-label="Attach files" />}
      <button type="submit">Send</button>
    </form>
  );
};
