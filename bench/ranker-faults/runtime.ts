import path from "node:path";

import { build } from "esbuild";
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type V4WorkerOptions,
} from "miniflare";
import { z } from "zod";

import type { Pool } from "../../core/ranking/balance/pools.ts";
import type { RegionRow } from "../../core/regions/regions.ts";
import type { ProxyStats } from "../../core/ranking/proxy-stats.ts";
import { ROOT } from "../../deploy/workers.ts";
import { STUB_MODEL, STUB_PROBABILITY } from "../../dev/stub-ranker.ts";

const OBJECTS = "edgewise-objects";
const DRIVER = "edgewise-bench-driver";
/** The product's own. */
const COMPATIBILITY_DATE = "2026-11-17";

export interface RankingRuntimeOptions {
  readonly pools: readonly Pool[];
  /** Left out: the product's own. */
  readonly regions?: readonly string[];
  /** Isolates of the proxy, as a region has many. */
  readonly isolates: number;
  /** Variables of the proxy and of the objects. */
  readonly vars?: Readonly<Record<string, string>>;
  readonly onLog?: (level: string, message: string) => void;
}

export interface AskOptions {
  readonly region: string;
  /** Which isolate is asked. */
  readonly proxy: number;
  readonly rows: number;
  /** Which candidates and viewer, so that some come again. */
  readonly place: number;
  readonly budgetMs: number;
}

const answerSchema = z.object({ mode: z.string(), reason: z.string(), isTrue: z.boolean() });
export type Asked = z.infer<typeof answerSchema>;

export interface RankingRuntime {
  ask(options: AskOptions): Promise<Asked>;
  stats(proxy: number): Promise<ProxyStats>;
  stop(): Promise<void>;
}

/** The ranking proxy, several times, and the object that its isolates share, in the real runtime. */
export async function startRankingRuntime(options: RankingRuntimeOptions): Promise<RankingRuntime> {
  const proxy = await bundled("workers/ranking-proxy/index.ts");
  const names = Array.from({ length: options.isolates }, (_, n) => `edgewise-ranking-proxy-${n}`);
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      handleStructuredLogs: ({ level, message }) => options.onLog?.(level, message),
      workers: [
        {
          ...worker(DRIVER, await bundled("bench/ranker-faults/drive/driver.ts")),
          bindings: { STUB_MODEL, STUB_PROBABILITY },
          serviceBindings: Object.fromEntries(names.map((name, n) => [`PROXY_${n}`, name])),
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
        {
          ...worker(OBJECTS, await bundled("durable-objects/index.ts")),
          bindings: { ...options.vars },
          durableObjects: { RANK_BREAKER: { className: "RankBreaker", useSQLite: true } },
        },
        ...names.map((name) => ({
          ...worker(name, proxy),
          bindings: {
            RANKER_URLS: JSON.stringify(options.pools),
            // Of regions that are none of its own a proxy tells nothing.
            ...(options.regions !== undefined && {
              REGIONS: JSON.stringify(options.regions.map(rowOf)),
            }),
            ...options.vars,
          },
          durableObjects: {
            RANK_BREAKER: { className: "RankBreaker", scriptName: OBJECTS, useSQLite: true },
          },
        })),
      ],
    }),
  );
  await runtime.ready;
  const { origin } = await runtime.unsafeGetDirectURL(DRIVER);
  const get = async (place: string): Promise<unknown> => {
    const response = await fetch(`${origin}/${place}`);
    if (!response.ok) throw new Error(`${place}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    ask: async ({ region, proxy: at, rows, place, budgetMs }) =>
      answerSchema.parse(
        await get(
          `rank?region=${region}&proxy=${at}&rows=${rows}&place=${place}&budget=${budgetMs}`,
        ),
      ),
    // What it says is the contract's, from our own code.
    stats: async (at) => (await get(`stats?proxy=${at}`)) as ProxyStats,
    stop: () => runtime.dispose(),
  };
}

const rowOf = (region: string): RegionRow => ({
  region,
  hint: "enam",
  leaderWeight: 1,
  continents: ["NA"],
});

const worker = (name: string, contents: string): V4WorkerOptions => ({
  name,
  modules: [{ type: "ESModule", path: "index.js", contents }],
  compatibilityDate: COMPATIBILITY_DATE,
  compatibilityFlags: ["nodejs_compat"],
});

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, entry)],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    loader: { ".sql": "text" },
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
