import { writeFileSync } from "node:fs";
import { WebSocket } from "ws";

/** An inspector session with a Node process that was started with --inspect. */
export type Inspector = {
  /** Calls a method of the DevTools protocol. @throws the error that it returns */
  post: <T>(method: string, params?: object) => Promise<T>;
  close: () => void;
};

type Answer = { id: number; result?: never; error?: { message: string } };

export const openInspector = async (port: number): Promise<Inspector> => {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target]: { webSocketDebuggerUrl: string }[] = await response.json();
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "", { perMessageDeflate: false, maxPayload: 2 ** 30 });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.on("message", (data: Buffer) => {
    const answer: Answer = JSON.parse(data.toString());
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let lastId = 0;
  return {
    post: (method, params = {}) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, ({ result, error }) => {
          if (error) reject(new Error(`${method}: ${error.message}`));
          else resolve(result!);
        });
        socket.send(JSON.stringify({ id: lastId, method, params }));
      }),
    close: () => socket.terminate(),
  };
};

/** Takes a CPU profile of what the process does meanwhile, for DevTools and bench/top.ts. */
export const profiled = async <T>(inspector: Inspector, file: string, act: () => Promise<T>): Promise<T> => {
  await inspector.post("Profiler.enable");
  await inspector.post("Profiler.setSamplingInterval", { interval: 500 });
  await inspector.post("Profiler.start");
  const result = await act();
  const { profile } = await inspector.post<{ profile: object }>("Profiler.stop");
  writeFileSync(file, JSON.stringify(profile));
  return result;
};

export type Memory = { rss: number; heapUsed: number; external: number };

/** Bytes in use after a full collection. `external` is what buffers hold outside of the heap. */
export const memoryOf = async (inspector: Inspector): Promise<Memory> => {
  // The second collection frees what the finalizers of the first one released.
  for (let times = 0; times < 2; times += 1) await inspector.post("HeapProfiler.collectGarbage");
  const { result } = await inspector.post<{ result: { value: Memory } }>("Runtime.evaluate", {
    expression: "process.memoryUsage()",
    returnByValue: true,
  });
  return result.value;
};
