import { afterAll, beforeAll, it } from "vitest";

import { createClient } from "../../client/client.ts";
import type { FeedPage, Session } from "../../core/feed/schemas.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { mintToken } from "../../dev/operator/api.ts";
import { readExposition } from "../fakes/exposition-reader.ts";

/** Each in a data centre of its own, with a feed Worker of its own: one Worker is one isolate here. */
const NAMES = ["east-1", "east-2", "east-3", "east-4"];
/** Design: a level is in every isolate of its region within this. */
const REACHES_MS = 2_000;
const REGION = "us-east";

let cluster: Cluster;
let urls: readonly string[] = [];
let reader = "";
const errors: string[] = [];

beforeAll(async () => {
  cluster = await startCluster({
    port: 0,
    dataFolder: null,
    moreGateways: NAMES,
    moreFeeds: true,
    withAssets: false,
    onLog: (level, message) => level === "error" && errors.push(message),
  });
  urls = await Promise.all(NAMES.map((name) => cluster.directUrl(name)));
  const anonymous = createClient({ baseUrl: cluster.url });
  ({ token: reader } = (await anonymous.createUser({ handle: "reader", name: "R" })) as Session);
});
afterAll(async () => cluster.stop());

async function operator() {
  const { url, secrets } = cluster;
  const options = { url, secret: secrets.authSecret, issuer: "edgewise" };
  const token = await mintToken(options, "0", Date.now());
  return createClient({ baseUrl: url, token: () => token });
}

async function pinTo(level: 0 | 2 | 3 | null): Promise<void> {
  const client = await operator();
  const { regions } = await client.levels();
  const { revision } = regions.find(({ region }) => region === REGION)?.published ?? {
    revision: 0,
  };
  await client.pinLevel(REGION, { level, reason: "a test", minutes: 5, revision });
}

/** What a gateway, and the feed Worker behind it, know of the level: its header, and how a page is put in order. */
async function seenAt(url: string): Promise<{ gateway: string | null; feed: string }> {
  const headers = { authorization: `Bearer ${reader}`, "x-edgewise-region": REGION };
  const answer = await fetch(`${url}/v1/feed?mode=ranked&limit=1`, { headers });
  const { mode } = (await answer.json()) as FeedPage;
  return {
    gateway: answer.headers.get("edgewise-level"),
    feed: mode === "latest" ? mode : "ranked",
  };
}

/** Reads at every gateway until all have it. @returns after how long each had, ms. */
async function reached(gateway: string, feed: string): Promise<readonly number[]> {
  const startMs = Date.now();
  return Promise.all(
    urls.map(async (url) => {
      for (;;) {
        const seen = await seenAt(url);
        const tookMs = Date.now() - startMs;
        if ((seen.gateway === gateway && seen.feed === feed) || tookMs > 10 * REACHES_MS)
          return tookMs;
      }
    }),
  );
}

it("reaches four gateways and four feed Workers within two seconds, and leaves them again", async ({
  expect,
}) => {
  await reached("0", "ranked");
  await pinTo(2);
  const there = await reached("2", "latest");
  await pinTo(null);
  const back = await reached("0", "ranked");
  console.log({ event: "level_reached", thereMs: there, backMs: back });
  for (const tookMs of [...there, ...back]) expect(tookMs).toBeLessThanOrEqual(REACHES_MS);
}, 120_000);

it("makes every gateway refuse writes, says so, and takes them again", async ({ expect }) => {
  await pinTo(3);
  await reached("3", "latest");
  const write = (url: string) =>
    fetch(`${url}/v1/posts`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${reader}`,
        "content-type": "application/json",
        "x-edgewise-region": REGION,
      },
      body: JSON.stringify({ text: "hello" }),
    });
  for (const url of urls) {
    const refused = await write(url);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: "read_only", retryAfter: 30 });
    expect(refused.headers.get("retry-after")).toBe("30");
  }
  await pinTo(null);
  await reached("0", "ranked");
  for (const url of urls) expect((await write(url)).status).toBe(201);
  const { regions } = await (await operator()).levels();
  const own = regions.find(({ region }) => region === REGION);
  expect(own?.changes.map(({ to }) => to)).toEqual([0, 3, 0, 2]);
  expect(own?.counters["http_answers"]).toBeGreaterThan(0);
  expect(own?.counters["tao_reads"]).toBeGreaterThan(0);
}, 120_000);

it("tells a socket of the level", async ({ expect }) => {
  const told: string[] = [];
  const headers = { authorization: `Bearer ${reader}`, "x-edgewise-region": REGION };
  const abort = new AbortController();
  const stream = await fetch(`${cluster.url}/v1/realtime/events`, {
    headers,
    signal: abort.signal,
  });
  const body = stream.body?.getReader();
  await pinTo(2);
  let text = "";
  while (!text.includes('"degraded"')) {
    const { value, done } = (await body?.read()) ?? { done: true };
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  for (const [, data = ""] of text.matchAll(/^data: (.*)$/gm)) told.push(data);
  abort.abort();
  await pinTo(null);
  expect(told.map((data) => JSON.parse(data) as object)).toContainEqual({
    type: "degraded",
    level: 2,
    readOnly: false,
    message: expect.stringContaining("newest posts"),
  });
}, 60_000);

it("keeps what was counted: in the history, and for a scrape once its minute is over", async ({
  expect,
}) => {
  const { url, secrets } = cluster;
  const options = { url, secret: secrets.authSecret, issuer: "edgewise" };
  const authorization = `Bearer ${await mintToken(options, "0", Date.now())}`;
  const scrape = async () => {
    const answer = await fetch(`${url}/metrics`, { headers: { authorization } });
    expect(answer.status).toBe(200);
    return readExposition(await answer.text());
  };
  const pagesOf = (families: Awaited<ReturnType<typeof scrape>>) =>
    families
      .get("edgewise_feed_pages_total")
      ?.samples.filter(({ labels }) => labels["region"] === REGION)
      .reduce((sum, { value }) => sum + value, 0) ?? 0;
  // The tests before this one have read feeds at levels 0, 2 and 3; a minute and its alarm are waited for at most.
  let families = await scrape();
  for (let tries = 0; pagesOf(families) === 0 && tries < 80; tries++) {
    await new Promise((resolve) => void setTimeout(resolve, 1_000));
    families = await scrape();
  }
  expect(pagesOf(families)).toBeGreaterThan(0);
  expect(families.get("edgewise_region_up")?.samples.every(({ value }) => value === 1)).toBe(true);
  const counts = families.get("edgewise_http_request_duration_seconds")?.samples ?? [];
  const read = counts.find(
    ({ name, labels }) =>
      name.endsWith("_count") && labels["region"] === REGION && labels["kind"] === "read",
  );
  expect(read?.value).toBeGreaterThan(0);
  expect((await fetch(`${url}/metrics`)).status).toBe(401);

  const { steps, regions } = await (await operator()).history({ region: REGION, minutes: 30 });
  const sum = (name: string) => steps.reduce((all, { counters }) => all + (counters[name] ?? 0), 0);
  expect(regions).toEqual([REGION]);
  expect(sum("http_2xx")).toBeGreaterThan(0);
  expect(sum("feed_pages_latest")).toBeGreaterThan(0);
  expect(Math.max(...steps.map(({ level }) => level))).toBe(3);
  expect(steps.some(({ timings }) => (timings["http_read_ms"]?.p95Ms ?? 0) > 0)).toBe(true);
}, 120_000);
