import { request } from "node:http";

export type HttpAnswer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Without parameters; "" where there is none. */
  mediaType: string;
  text: string;
};
export type HttpRequest = { method: string; path: string; headers: Record<string, string>; body: string | undefined };

const limitMs = 300_000;

/** One request as it is written: fetch would mend paths, headers and methods. @throws when it is not answered */
export const ask = (url: string, { method, path, headers, body }: HttpRequest): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const signal = AbortSignal.timeout(limitMs);
    // Node says it by itself of some methods only.
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const options = { hostname, port, method, path, headers: { ...headers, ...length }, signal, agent: false };
    const asked = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          mediaType: (response.headers["content-type"] ?? "").split(";")[0] ?? "",
          text: Buffer.concat(parts).toString(),
        }),
      );
    });
    asked.on("error", reject);
    asked.end(body);
  });
