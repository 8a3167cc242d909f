import { defineConfig, type UserConfig } from "vite";

import { opsDashboard } from "./ops-build.ts";
import { serviceWorker } from "./service-worker-build.ts";

const settings: Pick<UserConfig, "oxc" | "resolve"> = {
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: {
    // The query and list libraries ask for React; Preact answers in a tenth of the size.
    alias: [
      { find: /^react(-dom)?$/, replacement: "preact/compat" },
      { find: "react/jsx-runtime", replacement: "preact/jsx-runtime" },
    ],
  },
};

/** The app is plain files under web/dist, which the gateway serves from its own origin. */
export default defineConfig({
  ...settings,
  root: import.meta.dirname,
  plugins: [serviceWorker(), opsDashboard(settings)],
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    // The content security policy allows scripts and fonts of our origin only, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // "use client" marks files for server rendering, which there is none of.
      onLog: (level, log, report) => {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
});
