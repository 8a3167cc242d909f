import { setTimeout as delay } from "node:timers/promises";

import { SignJWT } from "jose";

import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { evenShardMap, type ShardMap } from "../../core/tao/shard-map.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { mintToken, OperatorApi } from "../../dev/operator/api.ts";
import { runtimePids } from "../measure/processes.ts";

export const SHARDS = 16;
/** A bench asks for one viewer's feed more often than any client may; the limits are still applied, but higher. */
const RATE_FACTOR = "1000";
/** Of a viewer's token: longer than any bench. */
const TOKEN_SECONDS = 6 * 3_600;

/** The built product in a runtime process of its own; empty, unless a folder has data from before. */
export interface Product {
  /** Socket straight into the gateway. */
  readonly directUrl: string;
  readonly frontDoorUrl: string;
  readonly pids: readonly number[];
  readonly map: ShardMap;
  readonly api: OperatorApi;
  /** A token as the product's own sign-in gives: one user, no role. */
  token(userId: string): Promise<string>;
  /** A token of an operator, good for an hour. */
  operatorToken(): Promise<string>;
  readonly evict: Cluster["evict"];
  stop(): Promise<void>;
}

export async function startProduct(
  onStep: (text: string) => void,
  vars: Readonly<Record<string, string>> = {},
  dataFolder: string | null = null,
): Promise<Product> {
  const before = new Set(runtimePids());
  const cluster = await startCluster({
    port: 0,
    dataFolder,
    directSockets: ["gateway"],
    withAssets: false,
    vars: {
      gateway: { RATE_FACTOR },
      feed: { SHARDS: String(SHARDS), ...vars },
      objects: { SHARDS: String(SHARDS) },
    },
    onStep,
    onLog: (level, message) => level === "error" && console.error(message),
  });
  const directUrl = await cluster.directUrl("edgewise-gateway");
  const operator = { url: directUrl, secret: cluster.secrets.authSecret, issuer: "edgewise" };
  const key = new TextEncoder().encode(cluster.secrets.authSecret);
  return {
    directUrl,
    frontDoorUrl: cluster.url,
    pids: runtimePids().filter((pid) => !before.has(pid)),
    map: evenShardMap(
      SHARDS,
      new Map(DEFAULT_REGIONS.map((row) => [row.region, row.leaderWeight])),
    ),
    api: new OperatorApi(operator, {
      fetch: (url, init) => fetch(url, init),
      sleep: (ms) => delay(ms),
      random: { next: Math.random },
      nowMs: Date.now,
    }),
    token: (userId) =>
      new SignJWT({ sub: userId })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setIssuer("edgewise")
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_SECONDS}s`)
        .sign(key),
    operatorToken: () => mintToken(operator, "0", Date.now()),
    evict: cluster.evict,
    stop: () => cluster.stop(),
  };
}
