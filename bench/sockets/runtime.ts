import path from "node:path";

import { build } from "esbuild";
import { z } from "zod";

import { socketTopology } from "../../core/feed/realtime/buckets.ts";
import type { SocketEvent, SocketTopology } from "../../core/feed/realtime/port.ts";
import { type Cluster, type ClusterOptions, startCluster } from "../../dev/cluster.ts";

const TELLER = "edgewise-bench-teller";

export interface SocketsRuntime {
  readonly cluster: Cluster;
  readonly topology: SocketTopology;
  /** As fan-out does, to one bucket of one region. @throws Error unless it says that all is told. */
  tell(region: string, bucket: number, events: readonly SocketEvent[]): Promise<void>;
}

const toldSchema = z.object({ ok: z.boolean() }).loose();

/** The whole product, and beside it a Worker that tells sockets what it is told to. */
export async function startSocketsRuntime(
  buckets: number,
  options: Partial<ClusterOptions> = {},
): Promise<SocketsRuntime> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, "drive/teller.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    write: false,
  });
  const vars = { SOCKET_BUCKETS: String(buckets) };
  const contents = outputFiles[0]?.text ?? "";
  const cluster = await startCluster({
    port: 0,
    dataFolder: null,
    withAssets: false,
    ...options,
    vars: {
      ...options.vars,
      gateway: { ...options.vars?.gateway, ...vars },
      feed: { ...options.vars?.feed, ...vars },
    },
    moreWorkers: [
      {
        name: TELLER,
        modules: [{ type: "ESModule", path: "index.js", contents }],
        compatibilityDate: "2026-11-17",
        compatibilityFlags: ["nodejs_compat"],
        durableObjects: {
          SOCKETS: { className: "SocketBucket", scriptName: "edgewise-objects", useSQLite: true },
        },
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
      },
    ],
  });
  const url = await cluster.directUrl(TELLER);
  return {
    cluster,
    topology: socketTopology(buckets),
    tell: async (region, bucket, events) => {
      const body = JSON.stringify({ region, bucket, events }, (_, value: unknown) =>
        typeof value === "bigint" ? `${value}n` : value,
      );
      const response = await fetch(`${url}/tell`, { method: "POST", body });
      const text = await response.text();
      if (!response.ok || !toldSchema.parse(JSON.parse(text)).ok) throw new Error(text);
    },
  };
}
