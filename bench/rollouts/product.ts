import { setTimeout as delay } from "node:timers/promises";

import { type Client, createClient } from "../../client/client.ts";
import type { FeedPage } from "../../core/feed/schemas.ts";
import { startCluster } from "../../dev/cluster.ts";
import { mintToken, OperatorApi } from "../../dev/operator/api.ts";
import { shardMapOf } from "../../dev/operator/connect.ts";
import { poolOf } from "../../dev/ranker.ts";
import { loadWorkload } from "../workload/load.ts";
import { makeWorkload } from "../workload/workload.ts";
import type { RolloutOptions } from "./options.ts";

const SHARDS = 16;
/** A bench reads more often than any client may; the limits are still applied, but higher. */
const RATE_FACTOR = "1000";
/** On cores that everything shares one stall is five calls late, and opens a breaker that has no model to show for it. */
const BREAKER_FAILURE_RATIO = "0.5";
const POSTS_EACH = 4;
const FOLLOWS_MEAN = 20;

export interface RolloutProduct {
  readonly users: readonly string[];
  readonly operator: Client;
  readonly isolates: number;
  /** A ranked page through one of the gateways. @throws Error when there is none. */
  page(user: string, isolate: number, limit: number): Promise<FeedPage>;
  /** Tells that all posts of a page were on the screen. */
  shown(user: string, isolate: number, page: FeedPage): Promise<void>;
  like(user: string, isolate: number, post: string): Promise<void>;
  stop(): Promise<void>;
}

/** The built product with several gateways, each before a feed Worker of its own, and a world in it. */
export async function startProduct(
  { users, isolates, seed }: RolloutOptions,
  rankerUrl: string,
  say: (text: string) => void,
): Promise<RolloutProduct> {
  const more = Array.from({ length: isolates - 1 }, (_, n) => `gateway-${n + 2}`);
  // Scores of a cached feed stay for minutes; here what people like is to show at once.
  const both = { SHARDS: String(SHARDS), FEED_CACHE: "off", BREAKER_FAILURE_RATIO };
  const cluster = await startCluster({
    port: 0,
    dataFolder: null,
    directSockets: ["gateway"],
    withAssets: false,
    moreGateways: more,
    moreFeeds: true,
    vars: {
      gateway: { RATE_FACTOR },
      feed: both,
      objects: both,
      "ranking-proxy": { RANKER_URLS: poolOf(rankerUrl), BREAKER_FAILURE_RATIO },
    },
    onStep: say,
    onLog: (level, message) => level === "error" && console.error(message),
  });
  const urls = await Promise.all(["edgewise-gateway", ...more].map((n) => cluster.directUrl(n)));
  const [url = ""] = urls;
  const minting = { url, secret: cluster.secrets.authSecret, issuer: "edgewise" };
  const token = await mintToken(minting, "0", Date.now());
  const api = new OperatorApi(minting, {
    fetch: (address, init) => fetch(address, init),
    sleep: (ms) => delay(ms),
    random: { next: Math.random },
    nowMs: Date.now,
  });
  say(`Loading ${users} people`);
  const spec = { seed, users, posts: users * POSTS_EACH, followsMean: FOLLOWS_MEAN };
  const workload = makeWorkload({ ...spec, lastPostMs: Date.now() });
  const ids = await loadWorkload(api, shardMapOf(SHARDS), workload);
  const tokens = new Map<string, string>();
  const headersOf = async (user: string) => {
    const known = tokens.get(user) ?? (await mintToken(minting, user, Date.now(), "loader"));
    tokens.set(user, known);
    return { authorization: `Bearer ${known}` };
  };
  return {
    users: ids.map(String),
    operator: createClient({ baseUrl: url, token: () => token }),
    isolates: urls.length,
    page: async (user, isolate, limit) => {
      const address = `${urls[isolate]}/v1/feed?mode=ranked&limit=${limit}`;
      const response = await fetch(address, { headers: await headersOf(user) });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return (await response.json()) as FeedPage;
    },
    shown: async (user, isolate, { slate, items }) => {
      if (slate === null || items.length === 0) return;
      const events = items.map(({ id }, place) => ({ kind: "shown", post: id, place }));
      const headers = { ...(await headersOf(user)), "content-type": "application/json" };
      const init = {
        method: "POST",
        headers,
        body: JSON.stringify({ slates: [{ slate, events }] }),
      };
      const response = await fetch(`${urls[isolate]}/v1/feed/events`, init);
      await response.body?.cancel();
    },
    like: async (user, isolate, post) => {
      const headers = { ...(await headersOf(user)), "content-type": "application/json" };
      const init = { method: "PUT", headers, body: '{"kind":"like"}' };
      const response = await fetch(`${urls[isolate]}/v1/posts/${post}/reaction`, init);
      await response.body?.cancel();
    },
    stop: () => cluster.stop(),
  };
}
