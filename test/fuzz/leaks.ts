// What no answer may hold: stacks, paths, and the words of what stands behind the service.
const inside = [
  /\n\s+at .+:\d+:\d+/,
  /node_modules|node:internal|file:\/\/|\.ts:\d+|\/src\/|\/consumers\//,
  /E11000|mongo(?:db|ose)|bson|ioredis|kafkajs|ECONN|EPIPE|ETIMEDOUT/i,
  /(?:Type|Range|Reference|Syntax|Cast|Validation|Server|Zod)Error/,
  /Cannot (?:read|set|convert)|is not a function|is not iterable|Unexpected token/,
];

/** What a failure lets out of the inside, null for nothing. `given`: what was sent, which may come back as a path. */
export const leakIn = (failure: unknown, given: string): string | null => {
  const text = JSON.stringify(failure);
  const found = inside.map((pattern) => pattern.exec(text)?.[0]).find((leak) => leak && !given.includes(leak));
  return found === undefined ? null : `it lets out ${JSON.stringify(found)}`;
};
