import { setTimeout as pause } from "node:timers/promises";
import { anApprovedChat, ask, collect, connect, until } from "./chat-client.ts";

/** Two people who talk on a node while something else happens to it. */
export type Neighbours = Disposable & {
  /** One message, acked and heard. @throws where it is not, or where one of the two was disconnected */
  goOn: () => Promise<void>;
  /** Lets them talk for as long as something else lasts. */
  whileTalking: <T>(what: Promise<T>) => Promise<T>;
};

export const openNeighbours = async (node: { url: string }): Promise<Neighbours> => {
  const { chatId, ownerId, seekerId } = await anApprovedChat(node);
  const [owner, seeker] = [await connect(node, ownerId), await connect(node, seekerId)];
  const ended: string[] = [];
  for (const socket of [owner, seeker]) {
    await ask(socket, "join_chat", chatId);
    socket.on("disconnect", (why) => ended.push(why));
  }
  let said = 0;
  const goOn = async (): Promise<void> => {
    said += 1;
    const content = `still here ${said}`;
    const heard = collect(seeker, "receive_message");
    const { ok } = await ask(owner, "send_message", { chatId, type: "text", content });
    if (ok !== true) throw new Error("a neighbour was refused");
    await until(() => heard.some((message) => message.content === content));
    seeker.off("receive_message");
    if (ended.length > 0) throw new Error(`a neighbour was disconnected: ${ended.join(", ")}`);
  };
  const whileTalking = async <T>(what: Promise<T>): Promise<T> => {
    const over = new AbortController();
    const talking = async (): Promise<void> => {
      for (; !over.signal.aborted; await pause(50)) await goOn();
    };
    const [result] = await Promise.all([what.finally(() => over.abort()), talking()]);
    return result;
  };
  return { goOn, whileTalking, [Symbol.dispose]: () => [owner, seeker].forEach((socket) => void socket.disconnect()) };
};
