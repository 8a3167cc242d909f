import { afterAll, beforeAll, it } from "vitest";

import { type Client, createClient } from "../../client/client.ts";
import type { NewDrill } from "../../core/chaos/fault.ts";
import type { FeedPage, Session } from "../../core/feed/schemas.ts";
import { run } from "../../deploy/run.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { mintToken } from "../../dev/operator/api.ts";
import { startStubRanker, type StubRanker } from "../../dev/stub-ranker.ts";

const REGION = "us-east";
/** The nearest. */
const BACKUP = "us-west";
/** docs/chaos.md: a start and a stop are in effect everywhere within this; and a second of a busy machine. */
const HEARD_MS = 2_000;
const BUSY_MS = 1_000;
/** A page has about 60 ms for ranking; what only is too late for it says nothing against a ranker. */
const RANK_CALL_MS = "10000";
const RANKER_LATE_MS = 200;

let cluster: Cluster;
let stub: StubRanker;
let operator: Client;
let headers: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  stub = await startStubRanker();
  const pools = [{ name: "a", servers: [stub.url] }];
  cluster = await startCluster({
    port: 0,
    dataFolder: null,
    withAssets: false,
    vars: {
      gateway: { RATE_FACTOR: "1000" },
      "ranking-proxy": { RANKER_URLS: JSON.stringify(pools), RANK_CALL_MS },
    },
  });
  const { url, secrets } = cluster;
  const signing = { url, secret: secrets.authSecret, issuer: "edgewise" };
  const token = await mintToken(signing, "0", Date.now());
  operator = createClient({ baseUrl: url, token: () => token });
  const anonymous = createClient({ baseUrl: url });
  const me = (await anonymous.createUser({ handle: "reader", name: "R" })) as Session;
  headers = {
    authorization: `Bearer ${me.token}`,
    "content-type": "application/json",
    "x-edgewise-region": REGION,
  };
  for (let n = 0; n < 3; n++) await post();
  // What is injected is enough for levels, which would change what is looked at: by how much depends on the machine.
  const { regions } = await operator.levels();
  const { revision } = regions.find(({ region }) => region === REGION)?.published ?? {
    revision: 1,
  };
  await operator.pinLevel(REGION, { level: 0, reason: "a test", minutes: 30, revision });
});
afterAll(async () => {
  await cluster.stop();
  await stub.kill();
});

async function post(): Promise<number> {
  const body = JSON.stringify({ text: "hello" });
  return (await fetch(`${cluster.url}/v1/posts`, { method: "POST", headers, body })).status;
}

/** A first page that no cache of the client's asks for again. */
async function read(mode: "latest" | "ranked", region = REGION) {
  const answer = await fetch(`${cluster.url}/v1/feed?mode=${mode}&limit=5`, {
    headers: { ...headers, "x-edgewise-region": region },
  });
  const page = answer.ok ? ((await answer.json()) as FeedPage) : null;
  await answer.body?.cancel().catch(() => {});
  return { status: answer.status, page, level: answer.headers.get("edgewise-level") };
}

type Wanted = NewDrill extends infer Each
  ? Each extends NewDrill
    ? Omit<Each, "reason" | "minutes" | "revision">
    : never
  : never;

/** @returns the id. */
async function start(wanted: Wanted): Promise<string> {
  const { revision } = await operator.drills();
  const { active } = await operator.startDrill({
    ...wanted,
    minutes: 5,
    reason: "a test",
    revision,
  });
  return active.at(-1)?.id ?? "";
}
const stop = (id: string) => operator.stopDrill(id, { reason: "seen" });

/** Tries until `act` says yes. @returns after how long, ms. */
async function until(act: () => Promise<boolean>, limitMs: number): Promise<number> {
  const startMs = Date.now();
  while (!(await act())) {
    if (Date.now() - startMs > limitMs) throw new Error(`not within ${limitMs} ms`);
  }
  return Date.now() - startMs;
}

it("answers pages while the feed cache fails, and ranks them without rankers that are slow or fail", async ({
  expect,
}) => {
  const cached = await start({ dependency: "feed-cache", kind: "errors" });
  // No entry answers: every page is built, and so ranked anew.
  const isRanked = async () => (await read("ranked")).page?.mode === "ranked";
  const before = stub.seen.length;
  await until(async () => (await isRanked()) && stub.seen.length > before + 1, 20 * BUSY_MS);
  expect((await read("ranked")).status).toBe(200);

  const slow = await start({ dependency: "ranker", kind: "latency", ms: RANKER_LATE_MS });
  await new Promise((resolve) => setTimeout(resolve, HEARD_MS));
  for (let n = 0; n < 3; n++) {
    const { status, page } = await read("ranked");
    expect([status, page?.mode]).toEqual([200, expect.stringMatching(/cached-scores|light-model/)]);
  }
  await stop(slow);
  await until(isRanked, HEARD_MS + 5 * BUSY_MS);

  const failing = await start({ dependency: "ranker", kind: "errors" });
  const isRefused = async () => (await read("ranked")).page?.reason === "breaker_open";
  await until(isRefused, HEARD_MS + 10 * BUSY_MS);
  await stop(failing);
  await stop(cached);
});

it("fails a share of the writes of the store, and none after a stop", async ({ expect }) => {
  const id = await start({
    dependency: "store",
    operations: "writes",
    kind: "errors",
    share: 0.5,
  });
  const failed = async () => {
    await post();
    const { regions } = await operator.levels();
    const own = regions.find(({ region }) => region === REGION);
    return own?.counters["tao_write_errors"] ?? 0;
  };
  await until(async () => (await failed()) > 0, HEARD_MS + 10 * BUSY_MS);
  await stop(id);
  await new Promise((resolve) => setTimeout(resolve, HEARD_MS));
  for (let n = 0; n < 8; n++) expect(await post()).toBe(201);
});

it("kills leaders in the middle of writes, which are kept", async ({ expect }) => {
  const id = await start({ dependency: "leader", kind: "kill" });
  await new Promise((resolve) => setTimeout(resolve, HEARD_MS));
  expect(await post()).toBe(201);
  await stop(id);
});

it("ends by itself, while the command that began it looks on", async ({ expect }) => {
  const what = ["--dependency", "leader", "--kind", "errors", "--minutes", "0.1"];
  const from = ["--url", cluster.url, "--secret", cluster.secrets.authSecret];
  const command = [
    "dev/drills/main.ts",
    "start",
    ...what,
    "--reason",
    "a test",
    "--watch",
    ...from,
  ];
  const watching = run("node", command);
  await until(async () => (await post()) === 503, 20 * BUSY_MS);
  const { code, output } = await watching;
  expect([code, output]).toEqual([0, expect.stringContaining("leader in all regions: errors")]);
  expect(output).toMatch(/ {2}1 drill {2}.*us-east 0[^]* {2}0 drills {2}/);
  await until(async () => (await post()) === 201, HEARD_MS + BUSY_MS);
  const { active, audit } = await operator.drills();
  expect(active).toEqual([]);
  expect(audit[0]).toMatchObject({ what: "expired", by: "clock", reason: "its time was over" });
});

it("serves a region's readers elsewhere while nothing of it can be reached", async ({ expect }) => {
  // Shards that the region leads are not led elsewhere: what can be served there is what is warm there.
  expect((await read("latest", BACKUP)).status).toBe(200);
  await start({ dependency: "region", region: REGION, kind: "partition" });
  const isMoved = async () => (await read("latest")).level === "4";
  // Ten seconds without its controller, and several tries: core/degradation/limits.ts.
  await until(isMoved, 30_000);
  const { status, page } = await read("latest");
  expect([status, (page?.items.length ?? 0) > 0]).toEqual([200, true]);
  await operator.stopAllDrills({ reason: "seen" });
});
