import { expect, test } from "@jest/globals";
import { read } from "./sources.ts";

const numberIn = (path: string, pattern: RegExp): number => {
  const found = pattern.exec(read(path))?.[1];
  if (found === undefined) throw new Error(`${path} has nothing like ${pattern}`);
  return Number(found.replaceAll("_", ""));
};

/** The process ends itself a second after its deadline, whatever hangs. */
const endsWithinS = (script: string): number => numberIn(script, /stopDeadlineMs = ([\d_]+)/) / 1_000 + 1;

test.each([
  ["src/main.ts", "k8s/base/chat-node.yaml", numberIn("k8s/base/chat-node.yaml", /sleep: \{ seconds: (\d+) \}/)],
  ["consumers/main.ts", "k8s/base/consumers.yaml", 0],
])("%s has ended by itself before Kubernetes kills it", (script, manifest, preStopS) => {
  const graceS = numberIn(manifest, /terminationGracePeriodSeconds: (\d+)/);
  expect(graceS).toBeGreaterThan(preStopS + endsWithinS(script));
});

test.each([
  ["src/main.ts", "chat-node"],
  ["consumers/main.ts", "consumers"],
])("%s has ended by itself before Compose kills it", (script, service) => {
  const graceS = numberIn("docker-compose.yml", new RegExp(`\\n  ${service}:\\n[\\s\\S]*?stop_grace_period: (\\d+)s`));
  expect(graceS).toBeGreaterThan(endsWithinS(script));
});
