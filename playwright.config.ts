import { defineConfig } from "@playwright/test";

// Those that let it run as root and in a container, and keep it from calling home.
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const { CHROMIUM_PATH } = process.env;

export default defineConfig({
  testDir: "test/page",
  testMatch: "**/*.test.ts",
  workers: 1,
  // A busy machine takes its time; the limits only end what would never come.
  timeout: 900_000,
  expect: { timeout: 120_000 },
  use: {
    browserName: "chromium",
    headless: true,
    // Times and dates are written as this reader writes them.
    locale: "en-GB",
    launchOptions: { args, ...(CHROMIUM_PATH ? { executablePath: CHROMIUM_PATH } : {}) },
    // Without pictures: taking them was two fifths of Chromium's work. The trace still has the page at each step.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
  },
});
