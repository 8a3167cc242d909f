import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

import { type Plugin, type ResolvedConfig, build } from "vite";

import { OPS_FILES } from "./ops-build.ts";

/** Names with a content hash: a new build has new names. */
const HASHED = /^assets\/.+-[\w-]{8,}\.\w+$/;
/** Not needed to show the app: the installer's pictures, and the worker itself. */
const LEFT_OUT = /^(?:sw\.js|.*\.png)$/;

const PRECACHED_MAX_BYTES = 1_000_000;

/** Builds `sw/sw.ts` after the app, with the list of the app's files, into one script `sw.js`. */
export function serviceWorker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "edgewise-service-worker",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    async closeBundle() {
      const out = path.resolve(config.root, config.build.outDir);
      await build({
        configFile: false,
        root: config.root,
        publicDir: false,
        logLevel: "error",
        define: { PRECACHE: JSON.stringify(precacheOf(out)) },
        build: {
          target: "es2022",
          outDir: out,
          emptyOutDir: false,
          rolldownOptions: {
            input: path.join(config.root, "sw/sw.ts"),
            output: { format: "iife", entryFileNames: "sw.js" },
          },
        },
      });
    },
  };
}

function precacheOf(out: string): { readonly url: string; readonly revision: string | null }[] {
  let bytes = 0;
  const entries = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)))
    .filter((file) => !LEFT_OUT.test(file) && !OPS_FILES.test(file))
    .toSorted()
    .map((file) => {
      const content = readFileSync(path.join(out, file));
      bytes += content.length;
      const revision = createHash("sha256").update(content).digest("hex").slice(0, 16);
      // The server redirects /index.html to /.
      const url = file === "index.html" ? "/" : `/${file}`;
      return { url, revision: HASHED.test(file) ? null : revision };
    });
  if (bytes > PRECACHED_MAX_BYTES) throw new Error(`the app has grown to ${bytes} bytes`);
  return entries;
}
