import path from "node:path";

import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";

import { median } from "../measure/statistics.ts";

/** More in one request, fewer in another: the slope between them is without what a request costs. */
const TIMES = { few: 1, many: 41 } as const;
const REQUESTS = 31;

export interface LightCost {
  readonly rows: number;
  /** Milliseconds that scoring them once takes in a Worker. */
  readonly ms: number;
}

/** What the light model costs in the product's own runtime, taken from outside as a slope over repeats. */
export async function lightInWorker(rowCounts: readonly number[]): Promise<readonly LightCost[]> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "drive/light.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    write: false,
  });
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      cf: false,
      workers: [
        {
          name: "light",
          modules: [{ type: "ESModule", path: "index.js", contents: outputFiles[0]?.text ?? "" }],
          compatibilityDate: "2026-11-17",
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
      ],
    }),
  );
  try {
    await runtime.ready;
    const { origin } = await runtime.unsafeGetDirectURL("light");
    const costs: LightCost[] = [];
    for (const rows of rowCounts) costs.push({ rows, ms: await slope(origin, rows) });
    return costs;
  } finally {
    await runtime.dispose();
  }
}

async function slope(origin: string, rows: number): Promise<number> {
  const took = async (times: number): Promise<number> => {
    const startMs = performance.now();
    const answer = await fetch(`${origin}/?rows=${rows}&times=${times}`);
    if (!answer.ok) throw new Error(await answer.text());
    await answer.text();
    return performance.now() - startMs;
  };
  const few: number[] = [];
  const many: number[] = [];
  // By turns, so that what else the machine does meets both alike.
  for (let n = 0; n < REQUESTS; n++) {
    few.push(await took(TIMES.few));
    many.push(await took(TIMES.many));
  }
  return (median(many) - median(few)) / (TIMES.many - TIMES.few);
}
