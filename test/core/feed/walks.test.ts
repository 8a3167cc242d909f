import fc from "fast-check";
import { describe, it } from "vitest";

import type { FeedPage } from "../../../core/feed/schemas.ts";
import { oraclePages } from "../../fakes/feed-oracle.ts";
import { anything, befriending, posting, Walk } from "../../fakes/feed-walk.ts";
import { idsOf } from "../../fakes/feed-world.ts";

const PAGES_MAX = 400;

describe("home feed", () => {
  it("equals a brute-force oracle, page by page", async ({ expect }) => {
    const worlds = fc.record({
      acts: fc.array(anything, { minLength: 10, maxLength: 50 }),
      bonds: fc.array(befriending, { maxLength: 6 }),
      limit: fc.integer({ min: 3, max: 50 }),
      shortUnions: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(worlds, async ({ acts, bonds, limit, shortUnions }) => {
        const walk = new Walk();
        await walk.start(acts, bonds);
        walk.world.shortUnions = () => shortUnions;
        const pages: string[][] = [];
        let page: FeedPage | null = null;
        do {
          page = await walk.world.home(walk.viewer, { limit, cursor: page?.cursor ?? undefined });
          pages.push(idsOf(page));
        } while (page.cursor !== null);
        // A page that gave up refilling is short: the next one goes on. Not this test's subject.
        fc.pre(walk.world.events.length === 0);
        const expected = oraclePages(walk.rows(), limit);
        expect(pages.length === 1 ? pages : pages.filter((ids) => ids.length > 0)).toEqual(
          expected.length === 0 ? [[]] : expected,
        );
      }),
      { numRuns: 300 },
    );
  });

  it("never repeats, skips or shows what is revoked while everything changes", async ({
    expect,
  }) => {
    let shown = 0;
    let kept = 0;
    const walks = fc.record({
      before: fc.array(posting, { minLength: 20, maxLength: 50 }),
      bonds: fc.array(befriending, { maxLength: 6 }),
      between: fc.array(fc.array(anything, { maxLength: 4 }), { minLength: 1, maxLength: 30 }),
      limit: fc.integer({ min: 1, max: 6 }),
      shortUnions: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(walks, async ({ before, bonds, between, limit, shortUnions }) => {
        const walk = new Walk();
        await walk.start(before, bonds);
        walk.world.shortUnions = () => shortUnions;
        let throughout = walk.rows();
        const seen: FeedPage["items"] = [];
        let cursor: string | undefined;
        for (let step = 0; step < PAGES_MAX; step++) {
          const page = await walk.world.home(walk.viewer, { limit, cursor });
          const visible = new Set(walk.rows().map((row) => row.id));
          for (const item of page.items) expect(visible, "revoked").toContain(item.id);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          seen.push(...page.items);
          if (page.cursor === null) break;
          cursor = page.cursor;
          for (const act of between[step] ?? []) {
            await walk.do(act);
            const now = new Set(walk.rows().map((row) => row.id));
            throughout = throughout.filter((row) => now.has(row.id));
          }
        }
        const ids = seen.map((item) => item.id);
        expect(new Set(ids).size, "repeated").toBe(ids.length);
        const order = seen.map((item) => [-item.createdAtMs, -BigInt(item.id)] as const);
        expect(
          order.every((key, i) => i === 0 || isBefore(order[i - 1] ?? key, key)),
          "order",
        ).toBe(true);

        const contents = new Set(seen.flatMap((item) => [item.id, item.repostOf?.id]));
        for (const row of throughout) {
          // Of one content shown by several posts, one is enough.
          expect(contents.has(row.id) || contents.has(row.repostOf ?? ""), "skipped").toBe(true);
        }
        shown += ids.length;
        kept += throughout.length;
      }),
      { numRuns: 400 },
    );
    expect(shown, "the walks showed something").toBeGreaterThan(4_000);
    expect(kept, "and much of it was there throughout").toBeGreaterThan(2_000);
  });
});

const isBefore = (a: readonly [number, bigint], b: readonly [number, bigint]): boolean =>
  a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
