import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { type Client, createClient } from "../../client/client.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { startUpstash } from "../../dev/emulators.ts";
import { mintToken, OperatorApi } from "../../dev/operator/api.ts";
import { shardMapOf } from "../../dev/operator/connect.ts";
import { poolOf, type RankerProcess, startRanker, untilReady } from "../../dev/ranker.ts";
import { type RankerShim, startRankerShim } from "../../dev/ranking/shim.ts";
import { startRedis } from "../../dev/redis.ts";
import { freePort, type ServerProcess } from "../../dev/server-process.ts";
import { loadWorkload } from "../workload/load.ts";
import { makeWorkload } from "../workload/workload.ts";
import type { DayOptions } from "./options.ts";
import type { Crowd } from "./sample.ts";

export const REGION = "us-east";
const OTHERS = ["us-west", "eu-west", "apac"];
const SHARDS = 16;
/** One caller may not ask so much; the limits are still applied, but higher. */
const RATE_FACTOR = "1000";
/** Beside the first: an isolate with a feed Worker of its own. All isolates share one thread here, and each asks for news by itself. */
const MORE_GATEWAYS = ["gateway-2"];
const POSTS_EACH = 6;
const FOLLOWS_MEAN = 20;
const DRILL_MINUTES = 30;

/** The product, what it stands on, and what can befall both. */
export interface Stage {
  readonly crowdFile: string;
  readonly crowd: Crowd;
  readonly operator: Client;
  readonly shim: RankerShim;
  killRanker(): Promise<void>;
  startRanker(): Promise<void>;
  killRedis(): Promise<void>;
  startRedis(): Promise<void>;
  /** By the switches of a drill. */
  startDrill(fault: DrillFault): Promise<void>;
  stopDrills(): Promise<void>;
  stop(): Promise<void>;
}

export interface DrillFault {
  /** Default: the region that suffers. */
  readonly region?: "all";
  readonly dependency: "store" | "follower" | "leader" | "region";
  readonly kind: "errors" | "partition";
  readonly operations?: "reads" | "writes";
  readonly share?: number;
}

export async function startStage(
  { users, seed, ratio }: DayOptions,
  say: (text: string) => void,
): Promise<Stage> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-day-"));
  const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const one of stops.toReversed()) await one();
  };
  try {
    const ranking = await rankerIn(folder, stops);
    const redis = await redisIn(folder, stops);
    const cluster = await productOn(ranking.shim.url, ratio, redis.vars, say);
    stops.push(() => cluster.stop());
    return {
      ...ranking,
      ...redis,
      ...(await worldIn(cluster, folder, { users, seed }, say)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function rankerIn(folder: string, stops: (() => Promise<unknown>)[]) {
  const logs = path.join(folder, "ranker");
  let ranker: RankerProcess = await startRanker({ folder: logs });
  stops.push(() => ranker.kill());
  await untilReady(ranker.url);
  const shim = await startRankerShim(ranker.port);
  stops.push(() => shim.close());
  return {
    shim,
    killRanker: async () => {
      await ranker.kill();
      await shim.close();
    },
    startRanker: async () => {
      ranker = await startRanker({ folder: logs, port: ranker.port });
      await untilReady(ranker.url);
      await shim.open();
    },
  };
}

async function redisIn(folder: string, stops: (() => Promise<unknown>)[]) {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  let redis: ServerProcess = await startRedis({ folder, port });
  stops.push(() => redis.stop());
  const second = { folder: path.join(folder, "redis-replica"), port: await freePort() };
  const replica = await startRedis(second);
  stops.push(() => replica.stop());
  const token = randomUUID();
  const upstash = await startUpstash(folder, await freePort(), {
    primary: port,
    replica: second.port,
    token,
  });
  stops.push(() => upstash.stop());
  const vars = {
    FEED_CACHE: "upstash",
    UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${upstash.port}`,
    UPSTASH_REDIS_REST_TOKEN: token,
  };
  return {
    vars,
    killRedis: () => redis.kill(),
    startRedis: async () => void (redis = await startRedis({ folder, port })),
  };
}

const productOn = (
  ranker: string,
  ratio: string,
  cache: Readonly<Record<string, string>>,
  say: (text: string) => void,
): Promise<Cluster> =>
  startCluster({
    port: 0,
    dataFolder: null,
    directSockets: ["gateway"],
    withAssets: false,
    moreGateways: MORE_GATEWAYS,
    moreFeeds: true,
    vars: {
      gateway: { RATE_FACTOR },
      feed: { SHARDS: String(SHARDS), ...cache },
      objects: { SHARDS: String(SHARDS), BREAKER_FAILURE_RATIO: ratio },
      "ranking-proxy": { RANKER_URLS: poolOf(ranker), BREAKER_FAILURE_RATIO: ratio },
    },
    onStep: say,
    // Failures that are asked for are no news, and would be most of what is printed.
    onLog: (level, message) => level === "error" && say(message),
  });

async function worldIn(
  cluster: Cluster,
  folder: string,
  { users, seed }: Pick<DayOptions, "users" | "seed">,
  say: (text: string) => void,
) {
  const names = ["edgewise-gateway", ...MORE_GATEWAYS];
  const urls = await Promise.all(names.map((name) => cluster.directUrl(name)));
  const minting = { url: cluster.url, secret: cluster.secrets.authSecret, issuer: "edgewise" };
  const api = new OperatorApi(minting, {
    fetch: (address, init) => fetch(address, init),
    sleep: (ms) => delay(ms),
    random: { next: Math.random },
    nowMs: Date.now,
  });
  say(`Loading ${users} people`);
  const spec = { seed, users, posts: users * POSTS_EACH, followsMean: FOLLOWS_MEAN };
  const ids = await loadWorkload(
    api,
    shardMapOf(SHARDS),
    makeWorkload({ ...spec, lastPostMs: Date.now() }),
  );
  const tokens = await Promise.all(ids.map((id) => mintToken(minting, String(id), Date.now())));
  const crowd: Crowd = {
    urls,
    region: REGION,
    others: OTHERS,
    tokens,
    posts: await somePosts(urls[0] ?? "", tokens),
    seed,
  };
  const crowdFile = path.join(folder, "crowd.json");
  await writeFile(crowdFile, JSON.stringify(crowd));

  const operatorToken = await mintToken(minting, "0", Date.now());
  const operator = createClient({ baseUrl: cluster.url, token: () => operatorToken });
  return {
    crowd,
    crowdFile,
    operator,
    startDrill: async (fault: DrillFault) => {
      const { revision } = await operator.drills();
      const failure = fault.kind === "errors" ? { failure: "unavailable" as const } : {};
      const drill = { region: REGION, ...fault, ...failure, minutes: DRILL_MINUTES };
      await operator.startDrill({ ...drill, revision, reason: "the bench's day" });
    },
    stopDrills: async () => void (await operator.stopAllDrills({ reason: "the fault is over" })),
  };
}

/** Posts that readers look up by themselves: those of a sample of feeds. */
async function somePosts(url: string, tokens: readonly string[]): Promise<string[]> {
  const posts = new Set<string>();
  for (const token of tokens.slice(0, 60)) {
    const answer = await fetch(`${url}/v1/feed?limit=50`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const page = (await answer.json()) as { readonly items: readonly { readonly id: string }[] };
    for (const { id } of page.items) posts.add(id);
  }
  return [...posts];
}
