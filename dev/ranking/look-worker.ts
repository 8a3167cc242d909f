import path from "node:path";

import { build } from "esbuild";
import type { V4WorkerOptions } from "miniflare";

import type { ClientEvents } from "../../core/ranking/behaviour.ts";
import type { Tally } from "../../core/ranking/counters.ts";
import type { ProxyStats } from "../../core/ranking/proxy-stats.ts";
import type { Tallies } from "../../core/ranking/tallies.ts";
import type { Cluster } from "../cluster.ts";
import type { Wish } from "./look/look.ts";

const LOOK = "edgewise-ranking-look";

/** A Worker for `moreWorkers` of a cluster, which `rankingLook` asks. */
export async function lookWorker(): Promise<V4WorkerOptions> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "look/look.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    write: false,
  });
  return {
    name: LOOK,
    modules: [{ type: "ESModule", path: "index.js", contents: outputFiles[0]?.text ?? "" }],
    compatibilityDate: "2026-11-17",
    serviceBindings: { RANKING: "edgewise-ranking-proxy" },
    durableObjects: {
      FEATURE_BUCKET: {
        className: "FeatureBucket",
        scriptName: "edgewise-objects",
        useSQLite: true,
      },
    },
    r2Buckets: { RANK_LOG: "edgewise-rank-log" },
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

/** What ranking keeps inside a running product: counts, counters, and the log that training reads. */
export interface RankingLook {
  stats(): Promise<ProxyStats>;
  facts(bucket: string, keys: readonly string[]): Promise<Tallies>;
  tell(bucket: string, events: ClientEvents): Promise<void>;
  /** Texts of the log's segments. */
  log(): Promise<readonly string[]>;
}

export async function rankingLook(cluster: Cluster): Promise<RankingLook> {
  const url = await cluster.directUrl(LOOK);
  const ask = async (wish: Wish): Promise<unknown> => {
    const answer = await fetch(url, { method: "POST", body: JSON.stringify(wish) });
    if (!answer.ok) throw new Error(`${wish.of}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    // What it says is the contracts', from our own code.
    stats: async () => (await ask({ of: "stats" })) as ProxyStats,
    facts: async (bucket, keys) =>
      new Map((await ask({ of: "facts", bucket, keys })) as [string, Tally][]),
    tell: async (bucket, events) => void (await ask({ of: "tell", bucket, events })),
    log: async () => (await ask({ of: "log" })) as string[],
  };
}
