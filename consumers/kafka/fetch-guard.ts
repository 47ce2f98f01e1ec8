import fetchRequests, { type FetchProtocol } from "kafkajs/src/protocol/requests/fetch/index.js";
import { readFetchResponse } from "../fetch/read-response.ts";

const guarded = new WeakSet<object>();
const firstGuardedVersion = 4;

/**
 * Has kafkajs take fetched records as we read them. What cannot be read is a message that says so, and not an error that
 * ends the consumer: a failure before our handler would have no handler.
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
