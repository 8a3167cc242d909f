import fc from "fast-check";
import { describe, it } from "vitest";

import { fillPage, hide, show } from "../../../../core/feed/paging.ts";
import type { Rankable } from "../../../../core/feed/ranked/arrange.ts";
import { unscored } from "../../../../core/feed/ranked/scores.ts";
import { toId } from "../../../../core/feed/views.ts";
import { HEADS } from "../../../../core/ranking/heads.ts";
import { DEFAULT_WEIGHTS } from "../../../../core/ranking/weights.ts";
import { rankedPage, type RankedSource } from "../../../../core/feed/ranked/ranked-page.ts";
import {
  decodeSegment,
  encodeSegment,
  isWithin,
  type Segment,
} from "../../../../core/feed/ranked/segment-cursor.ts";
import type { Post } from "../../../../core/feed/schemas.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { compareListOrder, type ListCursor } from "../../../../core/tao/types.ts";
import { hmacSigner } from "../../../../platform/signer.ts";
import { must } from "../../../fakes/feed-world.ts";

const NOW = 1_800_000_000_000;
const scope = { kind: "home-ranked", viewer: 7n as Id };
const signer = hmacSigner("a secret for tests");

interface Row {
  readonly id: number;
  readonly timeMs: number;
  readonly author: string;
  isHidden: boolean;
  isGone: boolean;
  reactions: number;
}

/** A list of posts that changes while somebody scrolls through it. */
class Feed {
  rows: Row[] = [];
  isRankerAway = false;
  #last = 0;

  add(count: number, hidden = false): void {
    for (let n = 0; n < count; n++) {
      const id = ++this.#last;
      // Three posts share each moment.
      const timeMs = NOW - 1_000_000 + 1_000 * Math.floor(id / 3);
      const author = "abcd"[id % 4] ?? "a";
      const reactions = (id * 7_919) % 50;
      this.rows.push({ id, timeMs, author, isHidden: hidden, isGone: false, reactions });
    }
  }

  get newestFirst(): Row[] {
    return this.rows
      .filter(({ isGone }) => !isGone)
      .toSorted((a, b) => compareListOrder(at(a), at(b)));
  }

  readonly source: RankedSource = {
    nowMs: NOW,
    load: (after, until, limit) =>
      fillPage<Post>({
        limit,
        after,
        load: async (from, count) => {
          const range = this.newestFirst.filter((row) => isWithin(at(row), { after: from, until }));
          const entries = range
            .slice(0, count)
            .map((row) => ({ at: at(row), ...(row.isHidden ? hide("muted") : show(postOf(row))) }));
          return { ok: true, value: { entries, more: range.length > count } };
        },
      }),
    weights: DEFAULT_WEIGHTS,
    // The ranker comes and goes, and changes its mind with every reaction.
    score: async (posts) =>
      this.isRankerAway
        ? unscored("late")
        : {
            ...unscored("ok"),
            mode: "ranked",
            of: new Map(posts.map(({ id, counts }) => [toId(id), likely(counts.reactions)])),
          },
    rankable: (post, { of }): Rankable => ({
      author: post.author.id,
      probabilities: of.get(toId(post.id)) ?? null,
      feedback: null,
      seen: false,
    }),
  };

  /** As a client does: what it gets back is text. */
  async page(limit: number, cursor?: string) {
    const from = decodeSegment(cursor, scope, NOW, signer);
    if (!from.ok) throw new Error(from.error.code);
    const page = await must(rankedPage(this.source, limit, from.value));
    const next = page.next === null ? undefined : encodeSegment(scope, page.next, NOW, signer);
    return { ...page, ids: page.items.map(({ item }) => Number(item.id)), cursor: next };
  }
}

const likely = (reactions: number): number[] =>
  HEADS.map((head) => (head === "like" ? reactions / (reactions + 50) : 0));
const at = ({ id, timeMs }: Row): ListCursor => ({ timeMs, id2: BigInt(id) as Id });
const postOf = ({ id, timeMs, author, reactions }: Row): Post =>
  ({
    id: String(id),
    createdAtMs: timeMs,
    author: { id: author },
    counts: { reactions, comments: 0, reposts: 0 },
  }) as Post;

describe("a ranked feed", () => {
  it("shows every post once, whatever comes, goes and changes meanwhile", async ({ expect }) => {
    const change = fc.record({
      add: fc.integer({ min: 0, max: 5 }),
      hide: fc.array(fc.nat(), { maxLength: 4 }),
      show: fc.array(fc.nat(), { maxLength: 4 }),
      remove: fc.array(fc.nat(), { maxLength: 2 }),
      like: fc.array(fc.nat(), { maxLength: 9 }),
      rankerAway: fc.boolean(),
    });
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(change, { minLength: 1, maxLength: 30 }),
        async (posts, limit, changes) => {
          const feed = new Feed();
          feed.add(posts);
          for (const row of feed.rows) row.isHidden = row.id % 11 === 0;
          const throughout = new Set(feed.rows.filter((row) => !row.isHidden).map(({ id }) => id));
          const shown: number[] = [];
          let cursor: string | undefined;
          for (let n = 0; ; n++) {
            const page = await feed.page(limit, cursor);
            const visible = new Set(
              feed.newestFirst.filter((row) => !row.isHidden).map(({ id }) => id),
            );
            expect(page.ids.filter((id) => !visible.has(id))).toEqual([]);
            shown.push(...page.ids);
            cursor = page.cursor;
            if (cursor === undefined) break;
            apply(feed, changes[n % changes.length], throughout);
          }
          expect(new Set(shown).size).toBe(shown.length);
          expect([...throughout].filter((id) => !shown.includes(id))).toEqual([]);
          compared += shown.length;
        },
      ),
      { numRuns: 300 },
    );
    expect(compared).toBeGreaterThan(5_000);
  });

  it("has a cursor exactly when more follows, and cuts pages from one order", async ({
    expect,
  }) => {
    const feed = new Feed();
    feed.add(LIMITS.rankedSegment);
    const whole = await feed.page(LIMITS.rankedSegment);
    expect(whole.cursor).toBeUndefined();
    const parts: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await feed.page(20, cursor);
      parts.push(...page.ids);
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(parts.length).toBe(whole.ids.length);
    // The first page is the top of the whole order; later ones start over with held-back authors.
    expect(parts.slice(0, 20)).toEqual(whole.ids.slice(0, 20));
    expect(parts.toSorted()).toEqual(whole.ids.toSorted());
  });

  it("walks past segments in which nothing is left, a bounded number at a time", async ({
    expect,
  }) => {
    const feed = new Feed();
    feed.add(3);
    feed.add(LIMITS.rankedSegmentMax * 30, true);
    feed.add(1);
    const pages: number[][] = [];
    let cursor: string | undefined;
    do {
      const page = await feed.page(20, cursor);
      pages.push(page.ids);
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(pages.flat().toSorted()).toEqual(
      feed.rows
        .filter((row) => !row.isHidden)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(pages.length).toBeGreaterThan(2);
  });

  it("fits its cursor into the bound with ids of every size", ({ expect }) => {
    const id = (n: number) => ((1n << 63n) - 1n - BigInt(n)) as Id;
    const place = { timeMs: 4_000_000_000_000, id2: id(0) };
    const shown = Array.from({ length: LIMITS.rankedSegment - 1 }, (_, n) => id(n));
    const segment: Segment = { asOfMs: NOW, after: place, until: place, isLast: false, shown };
    const text = encodeSegment({ ...scope, viewer: id(0) }, segment, NOW, signer);
    expect(text.length).toBeLessThanOrEqual(LIMITS.cursorCharsMax);
    expect(decodeSegment(text, { ...scope, viewer: id(0) }, NOW, signer)).toEqual({
      ok: true,
      value: segment,
    });
  });

  it("refuses a cursor of which any character was changed", ({ expect }) => {
    const segment: Segment = {
      asOfMs: NOW,
      after: null,
      until: null,
      isLast: true,
      shown: [5n as Id],
    };
    const text = encodeSegment(scope, segment, NOW, signer);
    for (let n = 0; n < text.length; n++) {
      const other = text[n] === "0" ? "1" : "0";
      const forged = decodeSegment(
        text.slice(0, n) + other + text.slice(n + 1),
        scope,
        NOW,
        signer,
      );
      expect(forged.ok).toBe(false);
    }
  });
});

function apply(
  feed: Feed,
  change:
    | {
        add: number;
        hide: number[];
        show: number[];
        remove: number[];
        like: number[];
        rankerAway: boolean;
      }
    | undefined,
  throughout: Set<number>,
): void {
  const rowOf = (n: number) => feed.rows[n % Math.max(1, feed.rows.length)];
  feed.add(change?.add ?? 0);
  feed.isRankerAway = change?.rankerAway ?? false;
  for (const n of change?.hide ?? []) leave(rowOf(n), (row) => (row.isHidden = true));
  for (const n of change?.remove ?? []) leave(rowOf(n), (row) => (row.isGone = true));
  for (const row of (change?.show ?? []).map(rowOf)) if (row !== undefined) row.isHidden = false;
  for (const row of (change?.like ?? []).map(rowOf)) if (row !== undefined) row.reactions += 1_000;

  function leave(row: Row | undefined, how: (row: Row) => void): void {
    if (row === undefined) return;
    how(row);
    throughout.delete(row.id);
  }
}
