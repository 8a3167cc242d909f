import path from "node:path";

import { build } from "esbuild";
import type { V4WorkerOptions } from "miniflare";

/** Name of the worker that flushes the feed caches. */
export const COURIER = "edgewise-feeds-courier";
/** The product's own, so that both run on the same runtime behaviour. */
const COMPATIBILITY_DATE = "2026-11-17";

export async function courierWorker(): Promise<V4WorkerOptions> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "courier/courier.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    write: false,
  });
  return {
    name: COURIER,
    modules: [{ type: "ESModule", path: "index.js", contents: outputFiles[0]?.text ?? "" }],
    compatibilityDate: COMPATIBILITY_DATE,
    durableObjects: {
      FEED_BUCKET: { className: "FeedBucket", scriptName: "edgewise-objects", useSQLite: true },
    },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}
