import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { watchPeers } from "../../src/socket/fan-out/peers.ts";

// Time is moved by hand: what is looked at lasts half a minute.
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const watch = () => {
  let hearing = true;
  const onLost = jest.fn();
  const onMissed = jest.fn();
  const peers = watchPeers({ isHearing: () => hearing, onLost, onMissed });
  const pass = (ms: number): void => {
    jest.advanceTimersByTime(ms);
  };
  const hears = (value: boolean): void => void (hearing = value);
  return { peers, onLost, onMissed, pass, hears };
};

describe("a peer", () => {
  test("that says nothing any more is lost, and what it left behind is looked for twice", () => {
    const { peers, onLost, pass } = watch();
    for (let second = 0; second < 20; second += 2) {
      peers.hear("alive", "a");
      pass(2_000);
    }
    expect(onLost).not.toHaveBeenCalled();
    pass(8_000);
    expect(onLost).toHaveBeenCalledTimes(1);
    pass(60_000);
    expect(onLost).toHaveBeenCalledTimes(2);
    peers.stop();
  });

  test("that said that it ends is not lost", () => {
    const { peers, onLost, pass } = watch();
    peers.hear("alive", "a");
    peers.hear("ended", "a");
    pass(60_000);
    expect(onLost).not.toHaveBeenCalled();
    peers.stop();
  });

  test("is not judged while this node hears nobody, and lost if it stays silent afterwards", () => {
    const { peers, onLost, pass, hears } = watch();
    peers.hear("alive", "a");
    hears(false);
    pass(60_000);
    expect(onLost).not.toHaveBeenCalled();
    hears(true);
    pass(7_000);
    expect(onLost).not.toHaveBeenCalled();
    pass(3_000);
    expect(onLost).toHaveBeenCalledTimes(1);
    peers.stop();
  });

  test("one of two that is lost is lost once, the other stays", () => {
    const { peers, onLost, pass } = watch();
    peers.hear("alive", "a");
    for (let second = 0; second < 60; second += 2) {
      peers.hear("alive", "b");
      pass(2_000);
    }
    expect(onLost).toHaveBeenCalledTimes(2);
    peers.stop();
  });
});

describe("a node that is alone", () => {
  test("keeps what it tells to itself, once it has heard of nobody for a while", () => {
    const { peers, pass, hears } = watch();
    expect(peers.keepsToItself()).toBe(false);
    pass(8_000);
    expect(peers.keepsToItself()).toBe(true);
    // A consumer tells others and hears nothing.
    peers.hear("alive", "consumer");
    expect(peers.keepsToItself()).toBe(true);
    hears(false);
    expect(peers.keepsToItself()).toBe(false);
    pass(2_000);
    hears(true);
    pass(3_000);
    expect(peers.keepsToItself()).toBe(false);
    peers.stop();
  });

  test("tells the others as long as one of them may be there, and a minute longer", () => {
    const { peers, pass } = watch();
    pass(8_000);
    peers.hear("listens", "a");
    peers.hear("listens", "b");
    peers.hear("ended", "a");
    pass(59_000);
    expect(peers.keepsToItself()).toBe(false);
    pass(3_000);
    expect(peers.keepsToItself()).toBe(true);
    peers.stop();
  });

  test("that hears of another one says that it missed something, if anything was kept", () => {
    const { peers, onMissed, pass } = watch();
    pass(8_000);
    peers.hear("listens", "a");
    expect(onMissed).not.toHaveBeenCalled();
    peers.hear("ended", "a");
    expect(peers.keepsToItself()).toBe(true);
    peers.hear("listens", "b");
    expect(onMissed).toHaveBeenCalledTimes(1);
    peers.hear("listens", "b");
    peers.hear("listens", "c");
    expect(onMissed).toHaveBeenCalledTimes(1);
    peers.stop();
  });
});
