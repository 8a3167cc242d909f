import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Folders whose tests start processes of their own or run inside the runtime; the rest is plain Node. */
const APART = ["objects", "system", "deploy", "browser"];

/** One file at a time: what these tests start would starve each other on two cores. */
const oneByOne = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: APART.map((folder) => `test/${folder}/**`),
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          cloudflareTest({ wrangler: { configPath: "./test/objects/wrangler.test.toml" } }),
        ],
        test: {
          name: "objects",
          include: ["test/objects/**/*.test.ts"],
          globalSetup: "./test/objects/alert-receiver-setup.ts",
          testTimeout: 300_000,
        },
      },
      { test: { name: "system", include: ["test/{system,deploy}/**/*.test.ts"], ...oneByOne } },
      { test: { name: "browser", include: ["test/browser/**/*.test.ts"], ...oneByOne } },
    ],
  },
});
