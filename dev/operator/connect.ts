import { setTimeout as delay } from "node:timers/promises";

import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { evenShardMap, type ShardMap } from "../../core/tao/shard-map.ts";
import { DATA_FOLDER, readLocalSecrets } from "../secrets.ts";
import { OperatorApi, type OperatorOptions } from "./api.ts";

export const DEFAULT_URL = "http://127.0.0.1:8787";

/** Where the product is, and what it trusts: from flags, then the environment, then the local instance's own files. */
export function operatorOptions(
  flags: {
    readonly url?: string | undefined;
    readonly secret?: string | undefined;
    readonly data?: string | undefined;
  },
  env: NodeJS.ProcessEnv,
): OperatorOptions {
  const port = env["PORT"];
  return {
    url: (flags.url ?? (port === undefined ? DEFAULT_URL : `http://127.0.0.1:${port}`)).replace(
      /\/$/,
      "",
    ),
    secret:
      flags.secret ?? env["AUTH_SECRET"] ?? readLocalSecrets(flags.data ?? DATA_FOLDER).authSecret,
    issuer: env["AUTH_ISSUER"] ?? "edgewise",
  };
}

export const connect = (options: OperatorOptions): OperatorApi =>
  new OperatorApi(options, {
    fetch: (url, init) => fetch(url, init),
    sleep: (ms) => delay(ms),
    random: { next: Math.random },
    nowMs: Date.now,
  });

/** Only the ranges matter to a loader; leaders and epochs are the product's own business. */
export const shardMapOf = (shards: number): ShardMap =>
  evenShardMap(shards, new Map(DEFAULT_REGIONS.map((row) => [row.region, row.leaderWeight])));

/** Part of the names of files that say what one product holds: "" on this machine, where data and files live together. */
export function placeOf(url: string): string {
  const { hostname } = new URL(url);
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname) ? "" : `-${hostname}`;
}
