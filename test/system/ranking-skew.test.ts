import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, it } from "vitest";

import { createClient } from "../../client/client.ts";
import { topicOf } from "../../core/ranking/topic.ts";
import { feedTopology } from "../../core/feed/cache/topology.ts";
import type { FeedItem, FeedPage, Session } from "../../core/feed/schemas.ts";
import { type Id, parseId } from "../../core/ids.ts";
import { featureBucketName } from "../../core/ranking/feature-service.ts";
import { DENSE_COUNT, ID_COUNT, type Rows, rowsOf } from "../../core/ranking/features.ts";
import { decodeRequest } from "../../core/ranking/infer.ts";
import { recordOf } from "../../core/ranking/log-record.ts";
import { decodeWarmup, encodeWarmup } from "../../core/ranking/records.ts";
import { type Tallies, talliesOf, tallyKeys } from "../../core/ranking/tallies.ts";
import { type Cluster, startCluster } from "../../dev/cluster.ts";
import { poolOf, type RankerProcess, startRanker, untilReady } from "../../dev/ranker.ts";
import { lookWorker, type RankingLook, rankingLook } from "../../dev/ranking/look-worker.ts";
import { type Passed, type RankerShim, startRankerShim } from "../../dev/ranking/shim.ts";
import { productLog } from "../../gpu-ranker/train/sources/log-files.ts";

const REGION = "us-east";
/** Long enough to tell what was shown on a busy machine, short enough to wait for the log. */
const SLATE_MS = 15_000;

let folder = "";
let ranker: RankerProcess;
let shim: RankerShim;
let cluster: Cluster;
let look: RankingLook;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-skew-"));
  ranker = await startRanker({ folder });
  shim = await startRankerShim(ranker.port);
  cluster = await startCluster({
    port: 0,
    dataFolder: null,
    withAssets: false,
    vars: {
      "ranking-proxy": { RANKER_URLS: poolOf(shim.url) },
      objects: { RANK_SLATE_MS: String(SLATE_MS) },
    },
    moreWorkers: [await lookWorker()],
  });
  look = await rankingLook(cluster);
  await untilReady(ranker.url);
});
afterAll(async () => {
  await cluster.stop();
  await shim.close();
  await ranker.stop();
  await rm(folder, { recursive: true, force: true });
});

async function signUp(handle: string) {
  const baseUrl = cluster.url;
  const { user, token } = (await createClient({ baseUrl }).createUser({
    handle,
    name: handle,
  })) as Session;
  return { id: user.id, token, api: createClient({ baseUrl, token: () => token }) };
}
type User = Awaited<ReturnType<typeof signUp>>;

/** A page that is scored now, whatever is cached; and the last request that the ranker got meanwhile. */
async function scoredPage({ token }: User) {
  for (let tries = 0; tries < 200; tries++) {
    let passed: Passed | null = null;
    shim.onInfer = (infer) => (passed = infer);
    const headers = { authorization: `Bearer ${token}`, "edgewise-consistency": "leader" };
    const answer = await fetch(`${cluster.url}/v1/feed?mode=ranked`, { headers });
    const page = (await answer.json()) as FeedPage;
    if (page.mode === "ranked" && page.slate !== null && passed !== null)
      return { page, slate: page.slate, wire: wireOf(passed) };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("never ranked");
}

function wireOf({ body, headers }: Passed): Rows {
  const decoded = decodeRequest(body, Number(headers["inference-header-content-length"]));
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
  return decoded.value;
}

/** Unix ms of the features: a slate's name begins with them. */
const asOfMs = (slate: string): number => Number.parseInt(slate.split("-", 1)[0] ?? "", 36);

const countedOf = (viewer: User, { id, author, text, repostOf }: FeedItem) => ({
  viewer: viewer.id,
  author: author.id,
  content: repostOf?.id ?? id,
  topic: topicOf(repostOf?.text ?? text),
});

/** The rows again, from nothing but what the API shows and what the bucket has counted. */
const rowsAgain = (viewer: User, items: readonly FeedItem[], nowMs: number, known: Tallies): Rows =>
  rowsOf(
    items.map((item) => {
      const counted = countedOf(viewer, item);
      const shown = item.repostOf ?? item;
      return {
        viewerId: viewer.id,
        authorId: item.author.id,
        topic: counted.topic,
        createdAtMs: item.createdAtMs,
        source: item.source,
        textChars: shown.text.length,
        media: shown.media.length,
        isRepost: item.repostOf !== undefined,
        isQuote: item.quoteOf !== undefined,
        ...shown.counts,
        tallies: talliesOf(counted, known),
      };
    }),
    nowMs,
  );

/** Bits, since NaN and -0 compare strangely. */
const bitsOf = ({ dense, ids }: Rows): readonly string[] =>
  Array.from({ length: dense.length / DENSE_COUNT }, (_, row) => {
    const bytes = (part: Float32Array | Int32Array) =>
      Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("hex");
    return `${bytes(dense.slice(row * DENSE_COUNT, (row + 1) * DENSE_COUNT))} ${bytes(ids.slice(row * ID_COUNT, (row + 1) * ID_COUNT))}`;
  });

const newestFirst = (items: readonly FeedItem[]): FeedItem[] =>
  items.toSorted((a, b) => b.createdAtMs - a.createdAtMs || (BigInt(b.id) > BigInt(a.id) ? 1 : -1));

async function logOf(slate: string, rows: number): Promise<readonly string[]> {
  for (let tries = 0; tries < 300; tries++) {
    const lines = (await look.log()).flatMap((text) => text.split("\n")).filter(Boolean);
    const own = lines.filter((line) => line.includes(`"${slate}"`));
    if (own.length === rows) return own;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${slate} was never logged`);
}

it("the ranker is given, the log keeps, and training reads the same bits", async ({ expect }) => {
  const [ada, eve, bob] = [await signUp("ada"), await signUp("eve"), await signUp("bob")];
  const dan = await signUp("dan");
  await bob.api.follow("ada");
  await bob.api.follow("eve");
  for (const text of ["a #walk by the sea", "no topic at all", "ünïcode 🌊 #Walk", "#bread"])
    await ada.api.createPost({ text, audience: "public" });
  const [first] = newestFirst((await scoredPage(bob)).page.items);
  const far = (await dan.api.createPost({ text: "not followed", audience: "public" })) as FeedItem;
  await eve.api.createPost({ repostOf: far.id });
  await eve.api.createPost({ text: "look at this #bread", quoteOf: first?.id ?? "" });
  await eve.api.reactToPost(first?.id ?? "", "like");

  const bucket = featureBucketName(REGION, feedTopology().bucketOf(parseId(bob.id) as Id));
  const before = await scoredPage(bob);
  const tell = (slate: string, items: readonly FeedItem[], opened: number) =>
    look.tell(bucket, {
      viewer: bob.id,
      slate,
      atMs: asOfMs(slate) + 10,
      events: [
        ...items.map(({ id }, place) => ({ post: id, kind: "shown" as const, place })),
        ...items.slice(0, opened).map(({ id }, place) => ({
          post: id,
          kind: "open" as const,
          place,
        })),
      ],
    });
  await tell(before.slate, before.page.items, 2);

  const keys = before.page.items.flatMap((item) => Object.values(tallyKeys(countedOf(bob, item))));
  const known = await look.facts(
    bucket,
    [...new Set(keys)].filter((key) => key !== null),
  );
  expect(known.size).toBeGreaterThan(5);
  const served = await scoredPage(bob);
  await tell(served.slate, served.page.items, 0);

  const items = newestFirst(served.page.items);
  const again = rowsAgain(bob, items, asOfMs(served.slate), known);
  expect(items).toHaveLength(6);
  expect(items.map((item) => item.repostOf !== undefined)).toContain(true);
  expect(bitsOf(served.wire)).toEqual(bitsOf(again));

  const lines = await logOf(served.slate, items.length);
  const records = lines
    .map((line) => recordOf(line))
    .flatMap((read) => (read.ok ? read.value : []));
  const byPost = new Map(records.map((record) => [record.post, bitsOf(record)[0]]));
  expect(items.map(({ id }) => byPost.get(id))).toEqual(bitsOf(again));

  const file = path.join(folder, "log.jsonl");
  await writeFile(file, lines.join("\n"));
  const { examples, leftOut } = await productLog([file]);
  expect(leftOut).toEqual({ malformed: 0, other_schema: 0, no_truth: 0 });
  expect(bitsOf(examples).toSorted()).toEqual(bitsOf(again).toSorted());

  // As an artifact's golden and warm-up inputs are kept for the ranker.
  const golden = decodeWarmup(encodeWarmup([examples]));
  expect(golden.ok && golden.value.flatMap(bitsOf)).toEqual(bitsOf(examples));
});
