import { setTimeout as delay } from "node:timers/promises";

import { SignJWT } from "jose";

import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { evenShardMap, type ShardMap } from "../../core/tao/shard-map.ts";
import { type Cluster, type ClusterOptions, startCluster } from "../../dev/cluster.ts";
import { startHosted } from "../../dev/hosted.ts";
import { mintToken, OperatorApi } from "../../dev/operator/api.ts";
import { withDescendants } from "../measure/processes.ts";

export const SHARDS = 16;
/** A bench asks for one viewer's feed more often than any client may; the limits are still applied, but higher. */
const RATE_FACTOR = "1000";
/** Of a viewer's token: longer than any bench. */
const TOKEN_SECONDS = 6 * 3_600;

/** The built product in a runtime process of its own; empty, unless a folder has data from before. */
export interface Product {
  /** Socket straight into the gateway. */
  readonly directUrl: string;
  /** Of the runtime and, in the hosted profile, of the servers that it stands on. */
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

export type Profile = "embedded" | "hosted";

export interface ProductOptions {
  readonly profile?: Profile;
  /** Variables of the feed Worker and of the objects. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Of the gateway. */
  readonly gatewayVars?: Readonly<Record<string, string>>;
  readonly dataFolder?: string | null;
}

export async function startProduct(
  onStep: (text: string) => void,
  { profile = "embedded", vars = {}, gatewayVars = {}, dataFolder = null }: ProductOptions,
): Promise<Product> {
  const before = new Set(withDescendants(process.pid));
  const both = { SHARDS: String(SHARDS), ...vars };
  const options: ClusterOptions = {
    port: 0,
    dataFolder,
    directSockets: ["gateway"],
    withAssets: false,
    vars: { gateway: { RATE_FACTOR, ...gatewayVars }, feed: both, objects: both },
    onStep,
    onLog: (level, message) => level === "error" && console.error(message),
  };
  const cluster = await (profile === "hosted" ? startHosted(options) : startCluster(options));
  const directUrl = await cluster.directUrl("edgewise-gateway");
  const operator = { url: directUrl, secret: cluster.secrets.authSecret, issuer: "edgewise" };
  const key = new TextEncoder().encode(cluster.secrets.authSecret);
  return {
    directUrl,
    pids: withDescendants(process.pid).filter((pid) => !before.has(pid)),
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
