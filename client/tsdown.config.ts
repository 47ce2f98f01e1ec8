import { defineConfig } from "tsdown";

// Minified, since most of its users measure what they load; the source is beside it, for a debugger.
export default defineConfig({
  entry: { index: "src/chat-client.ts", react: "src/react.ts" },
  outDir: "dist",
  format: "esm",
  platform: "neutral",
  target: "es2022",
  minify: true,
  sourcemap: true,
  dts: true,
  fixedExtension: false,
});
