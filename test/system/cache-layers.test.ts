import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { createClient as connectTo } from "@redis/client";
import { afterAll, beforeAll, it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { Session } from "../../core/feed/schemas.ts";
import { cachesBetween } from "../../core/telemetry/cache-difference.ts";
import type { CacheLayer, CacheReport } from "../../core/telemetry/cache-layers.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { startHosted } from "../../dev/hosted.ts";
import { mintToken } from "../../dev/operator/api.ts";
import { pngOf } from "../gateway/images.ts";

let cluster: Cluster;
let operatorToken = "";
const errors: string[] = [];

beforeAll(async () => {
  cluster = await startCluster({
    port: 0,
    dataFolder: null,
    vars: { feed: { FEED_CACHE: "embedded" } },
    onLog: (level, message) => level === "error" && errors.push(message),
  });
  operatorToken = await tokenFor(cluster);
});
afterAll(async () => cluster.stop());

const tokenFor = ({ url, secrets }: Pick<Cluster, "url" | "secrets">): Promise<string> =>
  mintToken({ url, secret: secrets.authSecret, issuer: "edgewise" }, "0", Date.now());

async function operatorOf(product: Pick<Cluster, "url" | "secrets">) {
  const token = await tokenFor(product);
  return createClient({ baseUrl: product.url, token: () => token });
}

const caches = async (): Promise<CacheReport> => (await operatorOf(cluster)).caches();

/** What the layers of a region counted while `work` was done. */
async function during(region: string, work: () => Promise<unknown>) {
  const before = await caches();
  await work();
  const { regions } = cachesBetween(before, await caches());
  const layers = regions.find((row) => row.region === region)?.layers ?? [];
  return (name: CacheLayer["name"]) => {
    const row = layers.find((layer) => layer.name === name);
    if (row === undefined) throw new Error(name);
    const { asked, hits, misses, stale } = row;
    return { asked, hits, misses, stale };
  };
}

async function newUser(handle: string) {
  const anonymous = createClient({ baseUrl: cluster.url });
  const { token, user } = (await anonymous.createUser({ handle, name: handle })) as Session;
  return { token, user, client: createClient({ baseUrl: cluster.url, token: () => token }) };
}

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(`${cluster.url}${path}`, {
    headers: { "x-edgewise-region": "us-east", ...headers },
  });
  await response.arrayBuffer();
  return response;
}

it("a read twice moves the counters of the layer that answers it, and of no other", async ({
  expect,
}) => {
  const { client, token, user } = await newUser("reader");
  const { id } = await client.createPost({ text: "for everyone" });
  const { key } = await client.uploadMedia(pngOf(4, 4));
  // Until the write has come to the follower that a visitor asks.
  await expect.poll(async () => (await get(`/v1/posts/${id}`)).status).toBe(200);

  const media = await during("us-east", async () => {
    await get(`/media/${key}`);
    await get(`/media/${key}`);
  });
  expect(media("edge_media")).toEqual({ asked: 2, hits: 1, misses: 1, stale: 0 });
  expect(media("edge_pages").asked + media("follower").asked).toBe(0);

  const page = await during("us-east", async () => {
    await get(`/v1/users/${user.id}`);
    await get(`/v1/users/${user.id}`);
  });
  expect(page("edge_pages")).toEqual({ asked: 2, hits: 1, misses: 1, stale: 0 });
  expect(page("follower").asked).toBeGreaterThan(0);
  expect(page("edge_media").asked).toBe(0);

  const authorization = `Bearer ${token}`;
  const first = await during("us-east", () => get("/v1/feed?mode=latest", { authorization }));
  expect(first("feed"), "nobody's feed that is read for the first time").toMatchObject({
    asked: 0,
  });
  expect(first("follower").asked).toBeGreaterThan(0);
  const second = await during("us-east", () => get("/v1/feed?mode=latest", { authorization }));
  expect(second("feed")).toEqual({ asked: 1, hits: 1, misses: 0, stale: 0 });
  expect(second("follower").asked, "the feed cache answered").toBe(0);

  // A client's ask of another region's followers misses there, and its leaders' memory has it.
  const far = await during("apac", () =>
    get("/v1/users/me", { authorization, "x-edgewise-region": "apac" }),
  );
  expect(far("follower").misses).toBeGreaterThan(0);
  expect(far("edge_pages").asked).toBe(0);
  const again = await during("apac", () =>
    get("/v1/users/me", { authorization, "x-edgewise-region": "apac" }),
  );
  expect(again("follower")).toMatchObject({ misses: 0, asked: far("follower").asked });

  const told = await during("us-east", () =>
    get("/v1/settings", { authorization, "edgewise-cache-report": "hits=3, misses=1, stale=1" }),
  );
  expect(told("client")).toEqual({ asked: 5, hits: 3, misses: 1, stale: 1 });
});

it("leaders and the store behind them count what followers missed", async ({ expect }) => {
  const { token } = await newUser("newcomer");
  const authorization = `Bearer ${token}`;
  const before = await caches();
  await get("/v1/users/me", { authorization, "x-edgewise-region": "eu-west" });
  const { layers, away } = cachesBetween(before, await caches());
  const of = (name: string) => layers.find((layer) => layer.name === name);
  expect(of("follower")?.misses).toBeGreaterThan(0);
  expect(of("leader")?.asked).toBe(of("follower")?.misses);
  expect(of("store")).toMatchObject({ asked: of("follower")?.asked, hits: of("leader")?.misses });
  expect(away).toEqual([]);
});

it("npm run caches shows it", async ({ expect }) => {
  const args = ["dev/caches/main.ts", "--url", cluster.url, "--token", operatorToken, "--regions"];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toMatch(/^all regions\nlayer +asked/);
  expect(stdout).toContain("\nus-east\n");
  expect(stdout).not.toContain("not in the sums");
});

it("pages of feeds in Redis are counted by who asks for them", async ({ expect }) => {
  const hosted = await startHosted({ port: 0, dataFolder: null });
  const redis = connectTo({ url: hosted.backends.redisUrl });
  try {
    await redis.connect();
    const anonymous = createClient({ baseUrl: hosted.url });
    const { token } = (await anonymous.createUser({ handle: "ada", name: "Ada" })) as Session;
    const client = createClient({ baseUrl: hosted.url, token: () => token });
    const operator = await operatorOf(hosted);
    // Nothing is kept in a cache that began within the last minute: let it be an hour ago.
    await client.feed();
    await expect.poll(() => redis.keys("*:head"), { timeout: 20_000 }).not.toEqual([]);
    const eventually = async () => {
      for (const head of await redis.keys("*:head"))
        await redis.hSet(head, "since", Date.now() - 3_600_000);
      return (await client.feed()).calls;
    };
    // The entry is put after the answer, and counts as soon as it is there.
    await expect.poll(eventually, { timeout: 20_000 }).toBe(1);
    const before = await operator.caches();
    await client.feed();
    const { layers, away } = cachesBetween(before, await operator.caches());
    expect(layers.find(({ name }) => name === "feed")).toMatchObject({ asked: 1, hits: 1 });
    expect(away).toEqual([]);
  } finally {
    redis.destroy();
    await hosted.stop();
  }
});

it("logs no error on the way", ({ expect }) => {
  expect(errors).toEqual([]);
});
