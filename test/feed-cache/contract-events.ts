import { describe, it } from "vitest";

import type { BucketEvent } from "../../core/feed/cache/port.ts";
import { LIMITS } from "../../core/limits.ts";
import { pushedOf, standingFor } from "../fakes/feed-cells.ts";
import {
  announce,
  ask,
  audience,
  big,
  built,
  count,
  FRIEND,
  OTHER,
  post,
  posts,
  push,
  put,
  revoke,
  STRANGER,
  VIEWER,
} from "./acts.ts";
import { type TestCache, tell, warm } from "./drivers.ts";

/** What fan-out may rely on, whatever keeps the feeds. */
export function eventsContract(name: string, start: () => Promise<TestCache>): void {
  describe(`${name}: events`, () => {
    it("reach entries before, while and after they are built", async ({ expect }) => {
      const made = await start();
      const nowMs = made.clock.nowMs();
      // A follower that is a minute behind did not show it.
      await tell(made, [push(post(10, nowMs))]);
      made.clock.advance(LIMITS.followerTtlMs);
      const miss = await ask(made);
      if (miss.hit) throw new Error("a hit");
      await tell(made, [announce(post(11, nowMs + 1))]);
      made.clock.advance(1_000);
      await put(made, miss.watermarkMs, [post(9, nowMs - 1)]);
      await tell(made, [push(post(12, nowMs + 2)), push(post(12, nowMs + 2))]);
      expect(await posts(made)).toEqual([12, 11, 10, 9]);
      made.clock.advance(2 * LIMITS.followerTtlMs);
      expect(await posts(made)).toEqual([12, 11, 10, 9]);
    });

    it("of authors whom the viewer does not follow change nothing", async ({ expect }) => {
      const made = await start();
      const builtMs = await built(made, 10);
      const foreign = post(11, builtMs, { author: STRANGER });
      await tell(made, [announce(foreign), push({ ...foreign, id: big(12) })]);
      expect(await posts(made)).toEqual([10]);
    });

    it("of any of thousands of authors arrive", async ({ expect }) => {
      const made = await start();
      const nowMs = made.clock.nowMs();
      const follows = new Set(Array.from({ length: 2_500 }, (_, n) => big(10_000 + n)));
      await put(made, nowMs, [], { standing: standingFor(VIEWER, { follows }) });
      const from = [10_000, 11_234, 12_499].map((n, i) =>
        announce(post(20 + i, nowMs + i, { author: big(n) })),
      );
      await tell(made, from);
      expect(await posts(made)).toEqual([22, 21, 20]);
    });

    it("say how many readers they named, and who of them has an entry", async ({ expect }) => {
      const made = await start();
      const builtMs = await built(made, 10);
      const many = Array.from({ length: 1_500 }, (_, n) => big(1_000 + n));
      const pushed = await tell(made, [push(post(11, builtMs), VIEWER, OTHER, ...many)]);
      expect(pushed).toEqual({ named: 1_502, active: 1 });
      expect(await tell(made, [announce(post(12, builtMs))])).toEqual({ named: 0, active: 0 });
    });

    it("take posts back for good: there, on their way, and reposted", async ({ expect }) => {
      const made = await start();
      const nowMs = made.clock.nowMs();
      await tell(made, [revoke(10), revoke(11)]);
      await built(made, 10, 9);
      expect(await posts(made)).toEqual([9]);
      const repost = post(13, nowMs + 1, { repostOf: big(12) });
      await tell(made, [push(post(11, nowMs)), announce(repost, post(12, nowMs))]);
      expect(await posts(made)).toEqual([13, 9]);
      await tell(made, [revoke(12)]);
      expect(await posts(made)).toEqual([9]);
      made.clock.advance(LIMITS.feedCacheTtlMs - 1);
      await tell(made, [push(post(11, nowMs)), announce(repost, post(12, nowMs))]);
      expect(await posts(made)).toEqual([9]);
      // Still, when nothing but the late post is remembered.
      made.clock.advance(1);
      await built(made, 9);
      made.clock.advance(LIMITS.feedCacheTtlMs - 1);
      expect(await posts(made)).toEqual([9]);
    });

    it("leave a late post as it is by now, when nothing else of it is remembered", async ({
      expect,
    }) => {
      const made = await start();
      const nowMs = made.clock.nowMs();
      const late = (n: number) => post(n, nowMs + n);
      const repost = post(17, nowMs + 17, { repostOf: big(13) });
      await tell(made, [revoke(11), audience(12, "friends", 5), revoke(13)]);
      made.clock.advance(LIMITS.feedEventsSliceMs);
      await tell(made, [count(99, 1, 1)]);
      made.clock.advance(
        LIMITS.feedEventsKeptMs - LIMITS.feedEventsSliceMs - 2 * LIMITS.feedRedisSkewMs,
      );
      await built(made, 9);
      await tell(made, [
        push(late(11)),
        announce(late(12)),
        announce(repost, late(13)),
        push(late(16)),
      ]);
      await tell(made, [push(late(14)), revoke(14), revoke(15), announce(late(15))]);
      expect(await posts(made)).toEqual([9, 16]);
      for (const waitMs of [30_000, LIMITS.feedRedisSliceMs, LIMITS.feedRedisSliceMs]) {
        made.clock.advance(waitMs);
        await tell(made, []);
        made.evict();
        expect(await posts(made)).toEqual([9, 16]);
      }
    });

    it("heed the later of two audiences, though the entry has read it", async ({ expect }) => {
      const made = await start();
      const nowMs = made.clock.nowMs();
      await tell(made, [audience(10, "friends", 5), audience(11, "friends", 5)]);
      made.clock.advance(LIMITS.feedCacheTtlMs);
      const builtMs = made.clock.nowMs();
      const specs = [11, 10].map((n) => post(n, nowMs - 1_000 + n, { audience: "friends" }));
      await put(made, builtMs, [...specs, post(9, nowMs - 1_000)]);
      expect(await posts(made)).toEqual([9]);
      await tell(made, [audience(10, "public", 4)]);
      await tell(made, [audience(11, "friends", 5), audience(11, "public", 4)]);
      expect(await posts(made)).toEqual([9]);
      for (const waitMs of [
        30_000,
        LIMITS.feedEventsKeptMs - LIMITS.feedCacheTtlMs,
        60_000,
        60_000,
      ]) {
        made.clock.advance(waitMs);
        made.evict();
        expect(await posts(made)).toEqual([9]);
      }
    });

    it("narrow an audience; the later of two by the log, whichever comes last", async ({
      expect,
    }) => {
      const made = await start();
      await built(made, 10, 9);
      await tell(made, [audience(10, "friends", 5)]);
      expect(await posts(made)).toEqual([9]);
      await tell(made, [audience(10, "public", 4)]);
      expect(await posts(made)).toEqual([9]);
      await tell(made, [audience(10, "followers", 6)]);
      expect(await posts(made)).toEqual([10, 9]);
    });

    it("bring a post to those whom a wider audience takes in, as long as an entry may lack it", async ({
      expect,
    }) => {
      const opened = (sentMs: number, seq: number) => [
        audience(10, "public", seq),
        push(post(10, sentMs, { audience: "public" })),
      ];
      for (const lagMs of [0, LIMITS.followerTtlMs - 1]) {
        const made = await warm(await start());
        const sentMs = made.clock.nowMs();
        await tell(made, [push(post(10, sentMs, { audience: "friends" }), FRIEND)]);
        // Read from a follower that is as far behind as it may be.
        made.clock.advance(lagMs);
        await built(made, 9);
        made.clock.advance(LIMITS.feedCacheTtlMs - 1);
        expect(await posts(made)).toEqual([9]);
        await tell(made, opened(sentMs, 5));
        expect(await posts(made), `read ${lagMs} ms behind`).toEqual(
          lagMs === 0 ? [10, 9] : [9, 10],
        );
      }
    });

    it("count; an older count than the one known is late", async ({ expect }) => {
      const made = await start();
      await built(made, 10);
      const counts = async () => {
        const page = await ask(made);
        return page.hit && (JSON.parse(page.items) as { counts: object }[])[0]?.counts;
      };
      await tell(made, [count(10, 10, 3), count(10, 11, 1, "comments")]);
      await tell(made, [count(10, 9, 2)]);
      made.clock.advance(LIMITS.feedRedisSliceMs);
      await tell(made, [count(10, 8, 1)]);
      expect(await counts()).toEqual({ reactions: 3, comments: 1, reposts: 0 });
      await tell(made, [count(10, 100, 4), audience(10, "followers", 1)]);
      expect(await counts()).toEqual({ reactions: 4, comments: 1, reposts: 0 });
    });

    it("forget entries, except those that reflect the change", async ({ expect }) => {
      const made = await start();
      const forget = (seq: number): BucketEvent => ({
        kind: "forget",
        viewers: [OTHER, VIEWER],
        at: { epoch: 1, seq },
      });
      const at = (seq: number) => ({ since: { epoch: 1, seq } });
      await put(made, made.clock.nowMs(), [post(10, 1)], at(7));
      await tell(made, [forget(7)]);
      expect(await posts(made)).toEqual([10]);
      await tell(made, [forget(8)]);
      const miss = await ask(made);
      expect(miss).toMatchObject({ hit: false, why: "cold", needs: { epoch: 1, seq: 8 } });
      made.clock.advance(1);
      await put(made, made.clock.nowMs(), [post(10, 1)], at(7));
      expect(await posts(made)).toBe("cold");
      await put(made, made.clock.nowMs(), [post(10, 1)], at(8));
      expect(await posts(made)).toEqual([10]);
    });

    it("that nobody can place in a log void entries for a follower's TTL", async ({ expect }) => {
      const made = await start();
      await built(made, 10);
      await tell(made, [{ kind: "forget", viewers: [VIEWER] }]);
      await built(made, 10);
      expect(await posts(made)).toBe("cold");
      made.clock.advance(LIMITS.followerTtlMs + LIMITS.feedRedisSkewMs + 1);
      await built(made, 10);
      expect(await posts(made)).toEqual([10]);
    });

    it("carry any text", async ({ expect }) => {
      const made = await start();
      const builtMs = await built(made);
      const pushed = pushedOf(post(11, builtMs));
      const text = 'a\0"\\\u2028\n\t%1 ü漢🐋';
      const json = JSON.stringify({ ...JSON.parse(pushed.cell.post), text });
      await tell(made, [
        { kind: "announce", pushed: { ...pushed, cell: { ...pushed.cell, post: json } } },
      ]);
      const page = await ask(made);
      expect(page.hit && JSON.parse(page.items)).toMatchObject([{ text }]);
    });
  });
}
