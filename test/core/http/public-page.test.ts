import fc from "fast-check";
import { describe, it } from "vitest";

import { ageSeconds, pageKey, PUBLIC_KEEP_MS, stateOf } from "../../../core/http/public-page.ts";
import { PurgedTags } from "../../../core/http/purged-tags.ts";
import { LIMITS } from "../../../core/limits.ts";

const { publicFreshMs, purgeGraceMs, purgedTagsMax } = LIMITS;

describe("a public page", () => {
  it("is fresh, then stale, then gone, to the millisecond", ({ expect }) => {
    const at = (ageMs: number) => stateOf({ readAtMs: 1_000 }, 1_000 + ageMs);
    expect([at(0), at(publicFreshMs - 1)]).toEqual(["fresh", "fresh"]);
    expect([at(publicFreshMs), at(PUBLIC_KEEP_MS - 1)]).toEqual(["stale", "stale"]);
    expect(at(PUBLIC_KEEP_MS)).toBe("gone");
    expect(ageSeconds({ readAtMs: 1_000 }, 2_999)).toBe(1);
    expect(ageSeconds({ readAtMs: 1_000 }, 0)).toBe(0);
  });

  it("has one key for one call, whatever the order of its parameters", ({ expect }) => {
    const key = (query: object) =>
      pageKey("https://a.example", "/v1/users/{user}/posts", { user: "ada" }, { ...query });
    expect(key({ limit: 30, cursor: undefined })).toBe(
      "https://a.example/v1/users/ada/posts?limit=30",
    );
    expect(key({ limit: 30, cursor: "c" })).toBe(key({ cursor: "c", limit: 30 }));
    expect(key({ limit: 30, cursor: "c" })).not.toBe(key({ limit: 3, cursor: "0&cursor=c" }));
  });

  it("has another key for any other call", ({ expect }) => {
    const call = fc.record({ id: fc.string(), limit: fc.nat(), cursor: fc.string() });
    const key = ({ id, ...query }: { id: string }) =>
      pageKey("https://a.example", "/v1/posts/{id}/comments", { id }, query);
    fc.assert(
      fc.property(call, call, (a, b) => {
        expect(key(a) === key(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(new URL(key(a)).origin).toBe("https://a.example");
      }),
    );
  });
});

describe("purged tags", () => {
  it("cover what was read before the purge, and shortly after", ({ expect }) => {
    const purged = new PurgedTags();
    purged.add(["post-1"], 50_000);
    expect(purged.covers(["user-1", "post-1"], 49_000)).toBe(true);
    expect(purged.covers(["post-1"], 50_000 + purgeGraceMs - 1)).toBe(true);
    expect(purged.covers(["post-1"], 50_000 + purgeGraceMs)).toBe(false);
    expect(purged.covers(["post-2"], 40_000)).toBe(false);
    expect(purged.covers([], 40_000)).toBe(false);
  });

  it("are remembered for as long as any page that they cover is kept", ({ expect }) => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(100_000), (readAtMs, atMs, laterMs) => {
        const purged = new PurgedTags();
        purged.add(["a"], atMs);
        purged.add(["b"], atMs + laterMs);
        const isShown = stateOf({ readAtMs }, atMs + laterMs) !== "gone";
        const isOld = readAtMs < atMs + purgeGraceMs;
        const covered = purged.covers(["a"], readAtMs);
        // What is neither may be answered either way: it is not shown.
        const right = isOld ? !isShown || covered : !covered;
        expect(right).toBe(true);
      }),
    );
  });

  it("tell other isolates, and forget nothing by hearing of them", ({ expect }) => {
    const [one, two] = [new PurgedTags(), new PurgedTags()];
    one.add(["a"], 1_000);
    two.add(["b"], 2_000);
    two.merge(one.toText(), 2_000);
    expect([two.covers(["a"], 900), two.covers(["b"], 1_900)]).toEqual([true, true]);
    // A neighbour whose clock is ahead must not hide pages for longer.
    const ahead = new PurgedTags();
    ahead.add(["c"], 9_000_000);
    two.merge(ahead.toText(), 2_000);
    expect(two.covers(["c"], 2_000 + purgeGraceMs)).toBe(false);
  });

  it("are everything when they are too many", ({ expect }) => {
    const purged = new PurgedTags();
    purged.add(
      Array.from({ length: purgedTagsMax + 1 }, (_, i) => `post-${i}`),
      50_000,
    );
    expect(purged.covers(["user-9"], 49_999)).toBe(true);
    expect(purged.covers(["user-9"], 50_000 + purgeGraceMs)).toBe(false);
    expect(purged.toText().length).toBeLessThan(100);
  });
});
