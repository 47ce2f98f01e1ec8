import { useConnection, useUnsent } from "@lyvo/chat-client/react";

const texts = {
  connecting: "Connecting …",
  catching_up: "Loading what is new …",
  online: "",
  offline: "No connection. What you write is kept and sent later.",
  unauthorized: "You are signed out. Please sign in again.",
  closed: "The chat is closed.",
};

/** One line above everything: how the connection is, and whether something still waits to be sent. */
export const ConnectionLine = () => {
  const { state } = useConnection();
  const { count } = useUnsent();
  return (
    <p className="connection" data-state={state} role="status">
      {texts[state] || (count > 0 ? "Sending …" : "Connected")}
    </p>
  );
};
