import { describe, it } from "vitest";

import type { OwnChange, OwnWrite } from "../../core/feed/cache/port.ts";
import type { Wrote } from "../../core/feed/cache/service.ts";
import type { FeedItem } from "../../core/feed/schemas.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Version } from "../../core/tao/version.ts";
import { ask, big, built, count, OTHER, post, put, VIEWER } from "./acts.ts";
import { REGION, type TestCache, tell } from "./drivers.ts";

const SHARD = 3;
const v = (seq: number): Version => ({ epoch: 1, seq });
const ticket = (seq: number, shard = SHARD): Wrote => [[shard, v(seq)]];

const reacted = (reaction: "like" | "love" | null, now: number, countSeq = 1): OwnChange => ({
  post: big(10),
  reaction,
  of: "reactions",
  count: now,
  countAt: { epoch: 2, seq: countSeq },
});

/** That the viewer wrote `at`, after `prev`. */
async function own(
  { cache }: TestCache,
  prev: number | null,
  at: number,
  change: OwnWrite["change"] = null,
  more: Partial<OwnWrite> = {},
): Promise<void> {
  const before = prev === null ? null : v(prev);
  const write = { viewer: VIEWER, shard: SHARD, prev: before, at: v(at), change, ...more };
  const told = await cache.own(REGION, write);
  if (!told.ok) throw new Error(`not told: ${JSON.stringify(told.error)}`);
}

/** What the page says of post 10 to this client: its reaction and counts; why there is no page otherwise. */
async function shown(made: TestCache, wrote: Wrote): Promise<string> {
  const page = await ask(made, { wrote });
  if (!page.hit) return page.why;
  const items = JSON.parse(page.items) as FeedItem[];
  const item = items.find(({ id }) => id === String(big(10)));
  if (item === undefined) return "no such post";
  return `${item.viewer.reaction} ${item.counts.reactions}/${item.counts.comments}`;
}

/** What a reader's own writes may rely on, whatever keeps the feeds. */
export function ownWritesContract(name: string, start: () => Promise<TestCache>): void {
  describe(`${name}: own writes`, () => {
    it("that are told show at once, and nobody else's change", async ({ expect }) => {
      const made = await start();
      await built(made, 10);
      await put(made, made.clock.nowMs(), [], { viewer: OTHER });
      expect(await shown(made, ticket(7))).toBe("void");
      await own(made, null, 7, reacted("like", 4));
      expect(await shown(made, ticket(7))).toBe("like 4/0");
      await own(made, 7, 9, reacted("love", 4));
      expect(await shown(made, ticket(9))).toBe("love 4/0");
      await own(made, 9, 12, reacted(null, 3));
      expect(await shown(made, ticket(12))).toBe("null 3/0");
      expect(await ask(made, { wrote: ticket(12) })).toMatchObject({ upTo: v(12) });
      expect(await ask(made, { wrote: ticket(7) }, OTHER)).toMatchObject({ hit: false });
    });

    it("outlive the memory, and their counts too", async ({ expect }) => {
      const made = await start();
      await built(made, 10);
      await own(made, null, 7, reacted("like", 4));
      await own(made, null, 8, { post: big(10), of: "comments", count: 2, countAt: v(8) });
      made.evict();
      expect(await shown(made, ticket(8))).toBe("like 4/2");
    });

    it("are void where one in between was not told", async ({ expect }) => {
      const made = await start();
      await built(made, 10);
      await own(made, null, 7, reacted("like", 4));
      // 8 was a follow, or its telling was lost.
      await own(made, 8, 9, reacted("love", 4));
      expect(await shown(made, ticket(9))).toBe("void");
      expect(await shown(made, ticket(7))).toBe("love 4/0");
      await own(made, 7, 8);
      expect(await shown(made, ticket(9)), "it came late").toBe("love 4/0");
    });

    it("of one device say nothing of what another wrote between them", async ({ expect }) => {
      const made = await start();
      await built(made, 10);
      await own(made, null, 7, reacted("like", 4));
      await own(made, 7, 9, reacted("love", 4));
      // The other device followed somebody at 8.
      expect(await shown(made, ticket(8))).toBe("void");
      expect(await shown(made, ticket(9))).toBe("love 4/0");
      await own(made, null, 8);
      expect(await shown(made, ticket(8))).toBe("love 4/0");
      expect(await shown(made, ticket(9, SHARD + 1)), "of another shard").toBe("void");
    });

    it("that only a new entry shows are void for all that came later", async ({ expect }) => {
      const made = await start();
      const builtMs = await built(made, 10);
      // A tab blocked somebody at 8; another one reacted at 9, and its ticket does not say so.
      await own(made, null, 8, "other");
      await own(made, null, 9, reacted("like", 4));
      await own(made, null, 7);
      expect(await shown(made, ticket(9))).toBe("void");
      expect(await shown(made, ticket(7))).toBe("like 4/0");
      made.evict();
      expect(await shown(made, ticket(9))).toBe("void");
      const reflects = { since: v(8), wrote: new Map([[SHARD, v(8)]]) };
      await put(made, made.clock.nowMs(), [post(10, builtMs - 1)], reflects);
      expect(await shown(made, ticket(9))).toBe("like 4/0");
    });

    it("come in any order, and twice", async ({ expect }) => {
      const made = await start();
      await built(made, 10);
      await own(made, 7, 9, reacted(null, 3, 2));
      await own(made, null, 7, reacted("like", 4, 1));
      await own(made, 7, 9, reacted(null, 3, 2));
      await own(made, null, 7, reacted("like", 4, 1));
      expect(await shown(made, ticket(9))).toBe("null 3/0");
      expect(await shown(made, ticket(7))).toBe("null 3/0");
    });

    it("that came while an entry was read are in it, unless it was read after them", async ({
      expect,
    }) => {
      const made = await start();
      const { watermarkMs } = (await ask(made)) as { watermarkMs: number };
      await own(made, null, 7, reacted("like", 4));
      made.clock.advance(500);
      await put(made, watermarkMs, [post(10, watermarkMs - 1)]);
      expect(await shown(made, ticket(7))).toBe("like 4/0");
      made.clock.advance(1_000);
      // Taken back elsewhere, at 8: the client that knows builds it anew.
      const reflects = { since: v(8), wrote: new Map([[SHARD, v(8)]]) };
      await put(made, made.clock.nowMs(), [post(10, watermarkMs - 1)], reflects);
      expect(await shown(made, ticket(7))).toBe("null 4/0");
      await own(made, 8, 9, reacted("love", 5, 2));
      expect(await shown(made, ticket(9))).toBe("love 5/0");
    });

    it("give way to later counts, and not to older ones", async ({ expect }) => {
      const made = await start();
      await built(made, 10);
      await own(made, null, 7, reacted("like", 4, 5));
      await tell(made, [count(10, 4, 2)]);
      expect(await shown(made, ticket(7))).toBe("like 4/0");
      await tell(made, [count(10, 6, 9)]);
      expect(await shown(made, ticket(7))).toBe("like 9/0");
    });

    it("keep no entry longer than it lives, nor what is to be forgotten", async ({ expect }) => {
      const made = await start();
      const builtMs = await built(made, 10);
      await own(made, null, 7, reacted("like", 4));
      await tell(made, [{ kind: "forget", viewers: [VIEWER], at: v(8) }]);
      expect(await shown(made, ticket(7))).toMatch(/^(?:cold|expired)$/);
      await put(made, made.clock.nowMs(), [post(10, builtMs)], { since: v(8) });
      await own(made, 7, 9, reacted("love", 4));
      expect(await shown(made, ticket(9))).toBe("love 4/0");
      made.clock.advance(LIMITS.feedCacheTtlMs);
      expect(await shown(made, ticket(9))).toMatch(/^(?:cold|expired)$/);
    });
  });
}
