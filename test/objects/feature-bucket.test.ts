import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { SIGNALS } from "../../core/ranking/counters.ts";
import { FEATURE_LIMITS } from "../../core/ranking/feature-limits.ts";
import { featureBucketName } from "../../core/ranking/feature-service.ts";
import { headsIn, recordOf } from "../../core/ranking/log-record.ts";
import { FeatureBucket } from "../../durable-objects/feature-bucket.ts";
import { slateOf } from "../fakes/slates.ts";

let buckets = 0;
const newBucket = () => {
  const name = featureBucketName("eu-west", buckets++);
  return { name, stub: env.FEATURE_BUCKET.getByName(name) };
};
const slate = () => slateOf({ atMs: Date.now() }, ["11", "12"]);
const shown = (...posts: readonly string[]) => ({
  viewer: "7",
  slate: "slate-1",
  atMs: Date.now(),
  events: posts.map((post, place) => ({ post, kind: "shown" as const, place })),
});
const likes = (post: string) =>
  ({ viewer: "7", atMs: Date.now(), head: "like", on: { post } }) as const;

async function countOf(
  stub: Pick<FeatureBucket, "facts">,
  key: string,
  signal: (typeof SIGNALS)[number],
): Promise<number> {
  const tallies = await stub.facts([key, "p:unknown"]);
  return tallies.get(key)?.values[SIGNALS.indexOf(signal)] ?? 0;
}

describe("a feature bucket object", () => {
  it("keeps counters and slates over an eviction", async ({ expect }) => {
    const { stub } = newBucket();
    await stub.keep(slate());
    await stub.tell(shown("11"));
    await evictDurableObject(stub);
    await stub.act(likes("11"));
    await evictDurableObject(stub);
    await stub.act(likes("11"));
    // A second has passed at most, of a half-life of a day.
    expect(await countOf(stub, "p:11", "shown")).toBeCloseTo(1, 3);
    expect(await countOf(stub, "p:11", "like")).toBeCloseTo(1, 3);
    expect(await countOf(stub, "va:7:1", "like")).toBeCloseTo(1, 3);
    expect(await countOf(stub, "p:unknown", "shown")).toBe(0);
    expect(await stub.stats()).toMatchObject({ slates: 1, tallies: 4 });
  });

  it("logs what is old enough when its alarm rings, as it was served, and forgets it", async ({
    expect,
  }) => {
    const { stub, name } = newBucket();
    const served = slate();
    await stub.keep(served);
    await stub.tell(shown("11", "12"));
    await stub.act(likes("12"));
    const lines = await runInDurableObject(stub, async (_, state) => {
      let aheadMs = 0;
      const bucket = new FeatureBucket(state, env, { nowMs: () => Date.now() + aheadMs });
      await bucket.alarm();
      expect((await bucket.stats()).slates).toBe(1);
      expect(await state.storage.getAlarm()).not.toBeNull();
      aheadMs = FEATURE_LIMITS.featureSlateMs;
      await state.storage.deleteAlarm();
      await bucket.alarm();
      expect((await bucket.stats()).slates).toBe(0);
      expect(await state.storage.getAlarm()).toBeNull();
      const { objects } = await env.RANK_LOG.list({ prefix: "rank-log/" });
      const key = objects.find((object) => object.key.includes(name.replaceAll(":", ".")))?.key;
      return (await (await env.RANK_LOG.get(key ?? ""))?.text())?.trim().split("\n") ?? [];
    });
    const records = lines.map((line) => {
      const record = recordOf(line);
      if (!record.ok) throw new Error(record.error);
      return record.value;
    });
    expect(records.map(({ post, place, actions }) => [post, place, headsIn(actions)])).toEqual([
      ["11", 0, []],
      ["12", 1, ["like"]],
    ]);
    const features = records.flatMap(({ dense }) => [...dense]);
    expect(features).toEqual([...served.dense]);
    expect(records.flatMap(({ ids }) => [...ids])).toEqual([...served.ids]);
  });

  it("keeps what the log's store refused, and tries again", async ({ expect }) => {
    const { stub } = newBucket();
    await stub.keep(slate());
    await stub.tell(shown("11"));
    await runInDurableObject(stub, async (_, state) => {
      let isAway = true;
      const puts: string[] = [];
      const put = async (key: string) => {
        if (isAway) throw new Error("away");
        puts.push(key);
        return null;
      };
      const later = { nowMs: () => Date.now() + FEATURE_LIMITS.featureSlateMs };
      const store = { put } as unknown as R2Bucket;
      const bucket = new FeatureBucket(state, { ...env, RANK_LOG: store }, later);
      await bucket.alarm();
      expect((await bucket.stats()).slates).toBe(1);
      expect(await state.storage.getAlarm()).not.toBeNull();
      isAway = false;
      await bucket.alarm();
      expect([(await bucket.stats()).slates, puts.length]).toEqual([0, 1]);
    });
  });
});
