import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { Redis } from "ioredis";
import { createPresenceRegister } from "../../src/redis/presence-register.ts";
import { until } from "../support/chat-client.ts";
import { ownRedis } from "../support/own-services.ts";

const user = "seeker-1";
const minute = 60_000;

let service: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let now: number;
const register = (): ReturnType<typeof createPresenceRegister> => createPresenceRegister(redis, () => now);

beforeAll(async () => {
  service = await ownRedis();
  redis = new Redis(service.address);
});

beforeEach(async () => {
  await redis.flushall();
  now = Date.now();
});

afterAll(async () => {
  redis.disconnect();
  await service.stop();
});

test("whom nobody confirms any more is found by one of those who look, and was seen when last confirmed", async () => {
  const [one, other] = [register(), register()];
  await one.add(user, "killed:1");
  const seenAt = now;
  now += minute / 4;
  expect(await one.takeGone()).toEqual([]);
  now += minute;
  const found = await Promise.all([one.takeGone(), other.takeGone()]);
  expect(found.flat()).toEqual([user]);
  expect(await one.of(user)).toEqual({ userId: user, online: false, lastSeenAt: new Date(seenAt).toISOString() });
});

test("whom somebody found who was killed before telling of it is found again, until it is told", async () => {
  const [killed, other] = [register(), register()];
  await killed.add(user, "killed:1");
  now += minute;
  expect(await killed.takeGone()).toEqual([user]);
  await until(async () => (await other.takeGone()).includes(user), "another one's finding it");
  await other.gone(user);
  expect(await redis.zcard("online")).toBe(0);
});

test("all who were on a large node are found by one look", async () => {
  const users = Array.from({ length: 1_100 }, (_, index) => `user-${index}`);
  await Promise.all(users.map((userId) => register().add(userId, `killed:${userId}`)));
  now += minute;
  expect((await register().takeGone()).toSorted()).toEqual(users.toSorted());
});

test("who is confirmed stays, and who went politely is looked for no more", async () => {
  const one = register();
  await one.add(user, "lives:1");
  await one.add("owner-1", "lives:2");
  await one.remove("owner-1", "lives:2");
  await one.gone("owner-1");
  now += minute / 4;
  expect(await one.confirm([{ userId: user, connectionId: "lives:1" }])).toEqual([]);
  now += minute / 3;
  expect(await one.takeGone()).toEqual([]);
  expect(await one.of(user)).toMatchObject({ online: true });
});

test("who was taken for gone and is not after all is found at the next confirmation, once", async () => {
  const [one, other] = [register(), register()];
  const connections = [
    { userId: "owner-1", connectionId: "lives:1" },
    { userId: user, connectionId: "lives:2" },
    { userId: user, connectionId: "lives:3" },
  ];
  for (const { userId, connectionId } of connections) await one.add(userId, connectionId);
  now += minute;
  expect((await other.takeGone()).toSorted()).toEqual(["owner-1", user]);
  for (const userId of ["owner-1", user]) await other.gone(userId);
  expect(await one.confirm(connections)).toEqual(["owner-1", user]);
  expect(await one.confirm(connections)).toEqual([]);
});

test("what somebody else wrote under our keys is no time that anybody was seen, and no number of connections", async () => {
  await redis.set(`seen:${user}`, "<script>");
  expect(await register().of(user)).toEqual({ userId: user, online: false, lastSeenAt: null });
  await redis.set(`presence:${user}`, "5");
  await expect(register().add(user, "one:1")).rejects.toThrow(/WRONGTYPE/);
});
