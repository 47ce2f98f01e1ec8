// Preloaded by every node: with TORTURE_CLOCK_SHIFT_S its wall clock is that many seconds ahead (or behind, below 0).
// Timers and the monotonic clock stay as they are, as on a machine whose clock is set wrong.
const shiftMs = Number(process.env["TORTURE_CLOCK_SHIFT_S"] ?? 0) * 1_000;

if (shiftMs !== 0) {
  const trueNow = Date.now;
  const TrueDate = Date;
  const shifted = (): number => trueNow() + shiftMs;
  globalThis.Date = new Proxy(TrueDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [shifted()] : args, newTarget),
    apply: () => new TrueDate(shifted()).toString(),
    get: (target, key) => (key === "now" ? shifted : Reflect.get(target, key)),
  });
}
