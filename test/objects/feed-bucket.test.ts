import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { encodeEvents } from "../../core/feed/cache/event-wire.ts";
import { feedBucketName } from "../../core/feed/cache/names.ts";
import type { BucketEvent } from "../../core/feed/cache/port.ts";
import { encodeRecord } from "../../core/feed/cache/record.ts";
import type { FeedBucketService } from "../../core/feed/cache/service.ts";
import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { FeedBucket } from "../../durable-objects/feed-bucket.ts";
import { id, pushedOf, recordOf, standingFor } from "../fakes/feed-cells.ts";
import { FIRST_PAGE } from "../fakes/first-page.ts";

const [VIEWER, AUTHOR] = [id(1), id(2)];
let buckets = 0;
const newBucket = () => env.FEED_BUCKET.getByName(feedBucketName("eu-west", buckets++));
type Stub = ReturnType<typeof newBucket>;

const post = (n: number, timeMs: number) => ({ id: id(n), author: AUTHOR, timeMs });

/** Misses, and puts an entry with one post. */
async function filled(stub: Stub): Promise<number> {
  const miss = await stub.page(VIEWER, FIRST_PAGE);
  if (!miss.ok || miss.value.hit) throw new Error("there is an entry already");
  const { watermarkMs: builtMs } = miss.value;
  const standing = standingFor(VIEWER, { follows: new Set([AUTHOR]) });
  const record = recordOf({ viewer: VIEWER, builtMs, standing }, [[post(10, builtMs - 1), null]]);
  const kept = await stub.put(encodeRecord(record));
  if (!kept.ok || !kept.value) throw new Error("not kept");
  return builtMs;
}

const apply = (stub: Stub, ...events: readonly BucketEvent[]) => stub.apply(encodeEvents(events));

/** Ids of the first page; null for a miss. */
async function idsOf(
  stub: Pick<FeedBucketService, "page">,
  viewer: Id = VIEWER,
): Promise<string[] | null> {
  const page = await stub.page(viewer, FIRST_PAGE);
  if (!page.ok || !page.value.hit) return null;
  return (JSON.parse(page.value.items) as { id: string }[]).map((item) => item.id);
}

describe("a bucket object", () => {
  it("keeps entries and what came after them over an eviction", async ({ expect }) => {
    const stub = newBucket();
    const builtMs = await filled(stub);
    await apply(stub, { kind: "push", pushed: pushedOf(post(11, builtMs)), viewers: [VIEWER] });
    expect(await idsOf(stub)).toEqual(["11", "10"]);
    await evictDurableObject(stub);
    expect(await idsOf(stub)).toEqual(["11", "10"]);
    // Who read here is forgotten, but an entry says it too.
    const active = { asked: 1, hits: 1 };
    expect(await stub.stats()).toMatchObject({ reads: 1, hits: 1, stored: 1, active });

    await apply(stub, { kind: "revoke", post: id(10) });
    await evictDurableObject(stub);
    expect(await idsOf(stub)).toEqual(["11"]);
    await apply(stub, { kind: "forget", viewers: [VIEWER] });
    await evictDurableObject(stub);
    expect(await idsOf(stub)).toBeNull();
  });

  it("takes an entry that was built before an eviction and put after it, with what came between", async ({
    expect,
  }) => {
    const stub = newBucket();
    const miss = await stub.page(VIEWER, FIRST_PAGE);
    if (!miss.ok || miss.value.hit) throw new Error("there is an entry already");
    const builtMs = miss.value.watermarkMs;
    await apply(
      stub,
      { kind: "revoke", post: id(10) },
      { kind: "announce", pushed: pushedOf(post(11, builtMs)) },
    );
    await evictDurableObject(stub);
    const standing = standingFor(VIEWER, { follows: new Set([AUTHOR]) });
    const record = recordOf({ viewer: VIEWER, builtMs, standing }, [
      [post(10, builtMs - 1), null],
      [post(9, builtMs - 2), null],
    ]);
    expect(await stub.put(encodeRecord(record))).toEqual({ ok: true, value: true });
    expect(await idsOf(stub)).toEqual(["11", "9"]);
  });

  it("drops what has expired when its alarm rings, and then stays quiet", async ({ expect }) => {
    const stub = newBucket();
    await filled(stub);
    await runInDurableObject(stub, async (_, state) => {
      let aheadMs = 0;
      const bucket = new FeedBucket(state, env, { nowMs: () => Date.now() + aheadMs });
      const rows = () => state.storage.sql.exec("SELECT viewer FROM entries_2").toArray().length;
      await state.storage.deleteAlarm();
      await bucket.alarm();
      expect([await idsOf(bucket), rows()]).toEqual([["10"], 1]);
      expect(await state.storage.getAlarm()).toBeGreaterThan(Date.now());

      aheadMs = LIMITS.feedCacheTtlMs;
      await state.storage.deleteAlarm();
      await bucket.alarm();
      expect([await idsOf(bucket), rows()]).toEqual([null, 0]);
      expect(await state.storage.getAlarm()).toBeNull();
    });
  });
});
