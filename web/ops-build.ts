import { globSync } from "node:fs";
import path from "node:path";

import { type InlineConfig, type Plugin, type ResolvedConfig, build } from "vite";

/** Where its files lie in the build: the readers' service worker leaves them out by these names. */
export const OPS_FILES = /^(?:ops\.html|assets\/ops\/.*)$/;

/**
 * Builds the operators' dashboard, `ops.html`, beside the app. A build of its own: with one for both
 * the bundler would cut what they share out of the app's script, and readers would load two.
 */
export function opsDashboard(settings: Pick<InlineConfig, "oxc" | "resolve">): Plugin {
  let config: ResolvedConfig;
  return {
    name: "edgewise-ops",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    buildStart() {
      const files = globSync("ops/**/*.{ts,tsx,css}", { cwd: config.root });
      for (const file of files) this.addWatchFile(path.join(config.root, file));
    },
    async closeBundle() {
      const { target, assetsInlineLimit, modulePreload, outDir } = config.build;
      await build({
        ...settings,
        configFile: false,
        root: config.root,
        publicDir: false,
        logLevel: "error",
        build: {
          target,
          assetsInlineLimit,
          modulePreload,
          outDir: path.resolve(config.root, outDir),
          emptyOutDir: false,
          assetsDir: "assets/ops",
          rolldownOptions: { input: path.join(config.root, "ops.html") },
        },
      });
    },
  };
}
