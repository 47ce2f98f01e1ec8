import { randomBytes } from "node:crypto";
import type { FilesSettings } from "../../local/services/files-settings.ts";
import type { Message } from "../../src/chat/log/entry.ts";
import type { ReadableFile, UploadBegun, UploadedFile } from "../../src/chat/log/uploaded-file.ts";
import { type Config, readConfig } from "../../src/config/config.ts";
import { anApprovedChat, callAs, until } from "./chat-client.ts";
import { type TestNode, testSettings } from "./start-node.ts";

type Node = Pick<TestNode, "url">;

/** The settings of this run's store for files. */
export const storeSettings = (): FilesSettings => {
  const { S3_ENDPOINT = "", S3_BUCKET = "", S3_ACCESS_KEY_ID = "", S3_SECRET_ACCESS_KEY = "" } = process.env;
  if (S3_ENDPOINT === "")
    throw new Error("S3_ENDPOINT is not set: start the tests with npm test, which provides the store.");
  return { S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY };
};

/** The settings that turn uploads on, with the store of this run. */
export const uploadSettings = (overrides: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...storeSettings(),
  ...overrides,
});

export const uploadConfig = (overrides: NodeJS.ProcessEnv = {}): NonNullable<Config["uploads"]> => {
  const { uploads } = readConfig(testSettings(uploadSettings(overrides)));
  if (uploads === null) throw new Error("uploads are off");
  return uploads;
};

/** Bytes that no other test has. */
export const someBytes = (size = 1_000): Buffer<ArrayBuffer> => Buffer.from(randomBytes(size));

export const aPicture = (bytes: Buffer, overrides: object = {}) => ({
  name: "room.jpg",
  mimeType: "image/jpeg",
  size: bytes.length,
  ...overrides,
});

/** Uploads the bytes to the address as a browser does, or with other headers. @returns the store's status */
export const put = async (
  { url, headers }: { url: string; headers: Record<string, string> },
  bytes: Buffer<ArrayBuffer>,
): Promise<number> => {
  const response = await fetch(url, { method: "PUT", headers, body: bytes });
  await response.text();
  return response.status;
};

type Answer<Body> = { status: number; body: Body & { code?: string; errors?: { path: string; message: string }[] } };

/** Repeats a call as long as the service is too busy for it. */
const served = async <Body>(call: () => Promise<Answer<Body>>): Promise<Answer<Body>> => {
  let answer = await call();
  await until(async () => {
    if (![429, 503].includes(answer.status)) return true;
    answer = await call();
    return false;
  }, "an answer");
  return answer;
};

/** The calls of one person in one chat. */
export const uploaderOf = (node: Node, userId: string, chatId: string) => {
  const call = async <Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> =>
    (await callAs(node, userId, method, `/api/chat/${chatId}${path}`, body)) as Answer<Body>;
  const begin = (file: unknown) => call<UploadBegun>("POST", "/attachments", file);
  const complete = (id: string) => call<{ attachment: UploadedFile }>("POST", `/attachments/${id}/complete`);
  return {
    begin,
    complete,
    read: (id: string) => call<ReadableFile>("GET", `/attachments/${id}`),
    send: (message: object) => call<{ message: Message & { attachment: UploadedFile } }>("POST", "/message", message),
    /** A picture that is uploaded completely, however slow the store is on a busy machine. */
    upload: async (bytes = someBytes(), overrides: object = {}): Promise<UploadedFile> => {
      const { body } = await served(() => begin(aPicture(bytes, overrides)));
      await put(body.upload, bytes);
      return (await served(() => complete(body.attachment.id))).body.attachment;
    },
  };
};

/** A chat whose two people can upload. */
export const aChatWithUploaders = async (node: Node) => {
  const chat = await anApprovedChat(node);
  const { chatId, ownerId, seekerId } = chat;
  return { ...chat, owner: uploaderOf(node, ownerId, chatId), seeker: uploaderOf(node, seekerId, chatId) };
};
