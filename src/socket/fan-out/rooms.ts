/** Every device of a user is in this room while it is connected. */
export const userRoom = (userId: string): string => `user:${userId}`;

/** The sockets that have joined a chat. */
export const chatRoom = (chatId: string): string => `chat:${chatId}`;
