import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import { createConsumerMetrics } from "../../consumers/consumer-metrics.ts";
import { clientEventSchemas } from "../../src/contract/client-events.ts";
import { createNodeMetrics } from "../../src/process/metrics.ts";
import { findPromtool } from "../support/find-promtool.ts";

const root = join(import.meta.dirname, "../..");
const file = readFileSync(join(root, "k8s/components/alerts/alerts.yaml"), "utf8");
/** The resource's `spec` is a file of rules, as Prometheus itself reads it. */
const rules = file.slice(file.indexOf("\nspec:\n") + 7).replace(/^ {2}/gm, "");
const names = [...file.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? "");

let promtool = "";
beforeAll(async () => void (promtool = await findPromtool()));

/** Values a minute apart, as promtool writes them: `0x9` stays 0, `0+1x9` grows by 1. */
type Series = Record<string, string>;
const [zero, one] = ["0x130", "1x130"];
const grows = "0+1x130";
const dead = (reason: string): string => `chat_booking_events_total{outcome="rejected",reason="${reason}"}`;
const sends = (outcome: string): string => `chat_socket_events_total{event="send_message",outcome="${outcome}"}`;
const success = 'chat_kafka_last_success_timestamp_seconds{operation="read"}';
const second = (times: string): string => `0x90 ${times}`;

/** For each alert: with what it must fire after two hours, and with what it must stay silent. */
const cases: Record<string, { fires: Series; silent: Series }> = {
  ChatDependencyDown: {
    fires: { "chat_dependency_up{dependency='kafka'}": zero },
    silent: { "chat_dependency_up{dependency='kafka'}": one },
  },
  ChatNodesGone: { fires: {}, silent: { chat_connections: zero } },
  ChatNobodyConsumes: {
    fires: { chat_consumer_joined: zero },
    silent: { "chat_consumer_joined{pod='a'}": one, "chat_consumer_joined{pod='b'}": zero },
  },
  ChatKafkaUnreached: { fires: { [success]: zero }, silent: { [success]: "0+60x130" } },
  ChatBookingsWait: {
    fires: { chat_kafka_oldest_waiting_seconds: "61x130" },
    silent: { chat_kafka_oldest_waiting_seconds: "59x130" },
  },
  ChatBookingsUndecodable: {
    fires: { [dead("undecodable")]: "0x115 1x15" },
    silent: { [dead("undecodable")]: "1x130", [dead("not_json")]: grows },
  },
  ChatBookingsRejected: {
    fires: { [dead("not_json")]: "0x90 1x40" },
    silent: { [dead("not_json")]: "1x130", [dead("undecodable")]: grows },
  },
  ChatConsumersPause: {
    fires: { chat_kafka_pauses_total: grows },
    silent: { chat_kafka_pauses_total: second("1x40") },
  },
  ChatConsumersRestart: {
    fires: { chat_kafka_consumer_restarts_total: "0x90 5x40" },
    silent: { chat_kafka_consumer_restarts_total: "0x90 2x40" },
  },
  ChatEventsLate: { fires: { chat_events_lag_seconds: "61x130" }, silent: { chat_events_lag_seconds: "2x130" } },
  ChatEventsUnled: {
    fires: { "chat_events_holds_lease{pod='a'}": one, "chat_events_holds_lease{pod='b'}": one },
    silent: { "chat_events_holds_lease{pod='a'}": one, "chat_events_holds_lease{pod='b'}": zero },
  },
  ChatEventsHistoryGone: {
    fires: { "chat_events_catch_ups_total{reason='history_gone'}": second("1x40") },
    silent: { "chat_events_catch_ups_total{reason='first_start'}": second("1x40") },
  },
  ChatSendsFail: {
    fires: { [sends("ok")]: "0+90x130", [sends("unavailable")]: "0+5x130", [sends("internal")]: zero },
    silent: { [sends("ok")]: "0+900x130", [sends("unavailable")]: "0+5x130", [sends("rate_limited")]: "0+900x130" },
  },
  ChatInternalErrors: {
    fires: { [sends("internal")]: "0x115 1x15" },
    silent: { [sends("internal")]: one, [sends("unavailable")]: grows },
  },
  ChatSendsWait: { fires: { chat_sends_waiting: "1001x130" }, silent: { chat_sends_waiting: "999x130" } },
  ChatBroadcastsDropped: {
    fires: { chat_broadcasts_dropped_total: grows },
    silent: { chat_broadcasts_dropped_total: second("1x40") },
  },
  ChatRedisStrays: {
    fires: { chat_redis_strays_dropped_total: grows },
    silent: { chat_redis_strays_dropped_total: "0x118 1x12" },
  },
  ChatConnectionsRefused: {
    fires: { "chat_connections_refused_total{reason='node'}": "0x115 1x15" },
    silent: { "chat_connections_refused_total{reason='address'}": grows },
  },
  ChatScansLate: { fires: { chat_scans_oldest_seconds: "601x130" }, silent: { chat_scans_oldest_seconds: "599x130" } },
  ChatErasureLate: {
    fires: { chat_erasures_oldest_seconds: "86401x130" },
    silent: { chat_erasures_oldest_seconds: "3600x130" },
  },
  ChatErasureFails: {
    fires: { "chat_erasure_failures_total{task='erasure'}": grows },
    silent: { "chat_erasure_failures_total{task='erasure'}": second("1x40") },
  },
};

/** The alerts that fire after two hours, each with its own series. */
const firingWith = (when: "fires" | "silent"): string[] => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "lyvo-chat-alerts-"));
  writeFileSync(join(folder.path, "rules.yaml"), rules);
  const tests = Object.entries(cases).map(([alertname, series]) => ({
    interval: "1m",
    input_series: Object.entries(series[when]).map(([name, values]) => ({ series: name, values })),
    // None is expected, so promtool prints each that fires.
    alert_rule_test: [{ eval_time: "2h", alertname, exp_alerts: [] }],
  }));
  writeFileSync(join(folder.path, "tests.yaml"), JSON.stringify({ rule_files: ["rules.yaml"], tests }));
  const { stdout, stderr } = spawnSync(promtool, ["test", "rules", "tests.yaml"], {
    cwd: folder.path,
    encoding: "utf8",
  });
  const said = stdout + stderr;
  expect(said).toMatch(/SUCCESS|FAILED/);
  return [...said.matchAll(/got:\s*\[[^\]]*?alertname="(\w+)"/g)].map(([, name]) => name ?? "");
};

test("promtool takes the rules, and each alert has its case", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "lyvo-chat-alerts-"));
  writeFileSync(join(folder.path, "rules.yaml"), rules);
  expect(execFileSync(promtool, ["check", "rules", "rules.yaml"], { cwd: folder.path, encoding: "utf8" })).toContain(
    `SUCCESS: ${names.length} rules found`,
  );
  expect(Object.keys(cases).toSorted()).toEqual(names.toSorted());
});

test("each alert fires when it must", () => {
  expect(firingWith("fires").toSorted()).toEqual(names.toSorted());
});

test("each alert is silent when it need not fire", () => {
  expect(firingWith("silent")).toEqual([]);
});

test("each alert's runbook is in docs/operations.md", () => {
  const operations = readFileSync(join(root, "docs/operations.md"), "utf8");
  const places = [...file.matchAll(/runbook_url: \S+operations\.md#(\w+)/g)].map(([, place]) => place);
  expect(places).toEqual(names.map((name) => name.toLowerCase()));
  for (const place of places) expect(operations).toContain(`<a id="${place}"></a>`);
});

test("each series that an alert looks at is there before anything has happened", async () => {
  const [node, consumers] = [createNodeMetrics(), createConsumerMetrics(["booking.approved"])];
  node.socket.begin(Object.keys(clientEventSchemas([])));
  node.watch({
    connections: () => 0,
    sendsWaiting: () => 0,
    reads: () => ({ running: 0, bytes: 0, waiting: 0 }),
    revokedUsers: () => 0,
  });
  const text = (await node.registry.metrics()) + (await consumers.registry.metrics());
  const asked = [...rules.matchAll(/\bchat_\w+(?:\{[^}]*\})?/g)].map(([series]) => series);
  // These come of what a process asked MongoDB, Redis or Kafka; that it cannot ask is what the other alerts are for.
  const wanted = asked.filter(
    (series) => !/^chat_(dependency_up|kafka_oldest|scans_oldest|erasures_oldest)/.test(series),
  );
  const missing = wanted.filter((series) => {
    const [name = "", labels = ""] = series.split(/[{}]/);
    const exact = [...labels.matchAll(/\w+="[^"]*"/g)]
      .filter(([label]) => !label.includes("|"))
      .map(([label]) => label);
    return !text.split("\n").some((line) => line.startsWith(name) && exact.every((label) => line.includes(label)));
  });
  expect(missing).toEqual([]);
});
