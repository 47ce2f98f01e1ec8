import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { app: "strict-app.ts" },
  platform: "browser",
  fixedExtension: false,
  dts: false,
  // The packages as well: a browser finds none by its name.
  deps: { alwaysBundle: [/./], onlyBundle: false },
  env: { NODE_ENV: "development" },
});
