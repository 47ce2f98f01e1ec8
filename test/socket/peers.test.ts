import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { watchPeers } from "../../src/socket/peers.ts";

// Time is moved by hand: what is looked at lasts half a minute.
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const watch = () => {
  let hearing = true;
  const onLost = jest.fn();
  const peers = watchPeers({ isHearing: () => hearing, onLost });
  const pass = (ms: number): void => {
    jest.advanceTimersByTime(ms);
  };
  const hears = (value: boolean): void => void (hearing = value);
  return { peers, onLost, pass, hears };
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
