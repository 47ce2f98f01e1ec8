import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Socket.IO's client as one module for browsers, of the version that this server speaks. */
export const socketClientFile = join(
  dirname(createRequire(import.meta.url).resolve("socket.io/package.json")),
  "client-dist/socket.io.esm.min.js",
);
