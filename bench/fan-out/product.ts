import { setTimeout as delay } from "node:timers/promises";

import { type Client, createClient } from "../../client/client.ts";
import type { ShardMap } from "../../core/tao/shard-map.ts";
import { startCluster } from "../../dev/cluster.ts";
import { mintToken, OperatorApi, type Role } from "../../dev/operator/api.ts";
import { shardMapOf } from "../../dev/operator/connect.ts";
import { runtimePids } from "../measure/processes.ts";

const SHARDS = 16;
/** How posts are spread: by force, or as the product chooses. */
export type Way = "push" | "announce" | "chosen";

/** The built product in a runtime process of its own, over data that the next one finds again. */
export interface FanOutProduct {
  readonly api: OperatorApi;
  readonly map: ShardMap;
  readonly pids: readonly number[];
  readonly operator: Client;
  /** As a user; the role spares them the limits of one person. */
  as(user: string): Promise<Client>;
  stop(): Promise<void>;
  /** `kill -9` of the runtime: what was in memory, the queue included, is lost. */
  kill(): Promise<void>;
}

export async function startProduct(
  dataFolder: string,
  way: Way,
  buckets: number,
  say: (text: string) => void,
): Promise<FanOutProduct> {
  const before = new Set(runtimePids());
  const cluster = await startCluster({
    port: 0,
    dataFolder,
    directSockets: ["gateway"],
    withAssets: false,
    vars: {
      feed: { SHARDS: String(SHARDS), FEED_BUCKETS: String(buckets), FEED_CACHE: "embedded" },
      objects: {
        SHARDS: String(SHARDS),
        FEED_BUCKETS: String(buckets),
        ...(way !== "chosen" && { FANOUT_FORCE: way }),
      },
    },
    onStep: say,
    onLog: (level, message) => level === "error" && console.error(message),
  });
  const url = await cluster.directUrl("edgewise-gateway");
  const pids = runtimePids().filter((pid) => !before.has(pid));
  const options = { url, secret: cluster.secrets.authSecret, issuer: "edgewise" };
  const as = async (user: string, role: Role = "loader") => {
    const token = await mintToken(options, user, Date.now(), role);
    return createClient({ baseUrl: url, token: () => token });
  };
  return {
    api: new OperatorApi(options, {
      fetch: (address, init) => fetch(address, init),
      sleep: (ms) => delay(ms),
      random: { next: Math.random },
      nowMs: Date.now,
    }),
    map: shardMapOf(SHARDS),
    pids,
    operator: await as("0", "operator"),
    as,
    stop: () => cluster.stop(),
    kill: async () => {
      for (const pid of pids) process.kill(pid, "SIGKILL");
      await cluster.stop();
    },
  };
}
