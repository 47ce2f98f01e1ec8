import fetchRequests, { type FetchProtocol } from "kafkajs/src/protocol/requests/fetch/index.js";
import { readFetchResponse } from "../fetch/read-response.ts";

const guarded = new WeakSet<object>();
const firstGuardedVersion = 4;

/**
 * Makes kafkajs use our reader for fetched records. Unreadable records become a message that says so, not an error: an
 * error before our handler would end the consumer.
 */
export const guardFetches = (): void => {
  if (guarded.has(fetchRequests)) return;
  guarded.add(fetchRequests);
  const { protocol } = fetchRequests;
  fetchRequests.protocol = ({ version }) => {
    const build = protocol({ version });
    return version < firstGuardedVersion ? build : guardedBuild(build, version);
  };
};

const guardedBuild =
  (build: ReturnType<FetchProtocol>, version: number): ReturnType<FetchProtocol> =>
  (options) => {
    const { response, ...call } = build(options);
    return {
      ...call,
      response: { ...response, decode: (payload) => readFetchResponse(payload, version, options.topics) },
    };
  };
