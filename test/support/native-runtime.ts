import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import jestRuntime from "jest-runtime";
import { useJestGlobals } from "./jest-globals.ts";

// Its types describe the CommonJS file, which exports the class as `default`; Node imports the class itself.
const JestRuntime = jestRuntime as unknown as typeof jestRuntime.default;
type JestRuntime = InstanceType<typeof JestRuntime>;

const globalsUrl = new URL("./jest-globals.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === "@jest/globals" ? { url: globalsUrl, shortCircuit: true } : nextResolve(specifier, context),
});

const ownConsole = globalThis.console;

/**
 * Loads the tests, and everything they import, as Node loads any program: once for each worker, compiled from Node's cache.
 * Jest itself would read and compile all of it again for each test file, and run it in a context in which global names are
 * slow: that was 40 percent of the processor time of the tests. Test files of one worker share the modules that they import,
 * so these must keep nothing between two test files.
 */
class NativeRuntime extends JestRuntime {
  constructor(...args: ConstructorParameters<typeof JestRuntime>) {
    super(...args);
    const [config, environment] = args;
    globalThis.console = environment.global.console;
    // Fake timers must replace the globals that tests see: those of the process.
    const { fakeTimersModern } = environment;
    if (fakeTimersModern === null) return;
    const FakeTimers = fakeTimersModern.constructor as new (parts: unknown) => typeof fakeTimersModern;
    environment.fakeTimersModern = new FakeTimers({ config, global: globalThis });
  }

  override unstable_importModule(from: string): Promise<unknown> {
    return import(pathToFileURL(from).href);
  }

  /** Jest's own packages, `expect` among them, are loaded once as well. */
  // oxlint-disable-next-line no-unnecessary-type-parameters -- as in the class that it extends
  override requireInternalModule<T = unknown>(from: string, to?: string): T {
    return to === undefined || to.startsWith(".") ? super.requireInternalModule(from, to) : createRequire(from)(to);
  }

  override setGlobalsForRuntime(globals: Parameters<JestRuntime["setGlobalsForRuntime"]>[0]): void {
    super.setGlobalsForRuntime(globals);
    useJestGlobals({ ...globals, jest: this["jestGlobals"].jestObjectFor("") });
  }

  override teardown(): void {
    super.teardown();
    globalThis.console = ownConsole;
  }
}

// Jest loads this file with `require`, and expects the class.
export { NativeRuntime as "module.exports" };
