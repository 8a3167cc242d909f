import { describe, it } from "vitest";

import { type Signal, SIGNALS } from "../../../core/ranking/counters.ts";
import { FeatureBucket } from "../../../core/ranking/feature-bucket.ts";
import { FEATURE_LIMITS } from "../../../core/ranking/feature-limits.ts";
import { DENSE_COUNT } from "../../../core/ranking/features.ts";
import { headsIn, recordOf } from "../../../core/ranking/log-record.ts";
import { segmentOf } from "../../../core/ranking/log-segment.ts";
import type { SlateItem } from "../../../core/ranking/slate.ts";
import { MemoryFeatureRows } from "../../fakes/memory-feature-rows.ts";
import { slateOf } from "../../fakes/slates.ts";

const NOW = 1_800_000_000_000;
const VIEWER = "7";

function start(posts: readonly string[] = ["11", "12", "21"]) {
  const rows = new MemoryFeatureRows();
  const bucket = new FeatureBucket(rows);
  bucket.keep(slateOf({ atMs: NOW }, posts), NOW);
  const tell = (
    events: readonly (readonly [post: string, kind: "shown" | "open" | "dwell" | "hide"])[],
    { slate = "slate-1", viewer = VIEWER, atMs = NOW } = {},
  ) =>
    bucket.tell({
      viewer,
      slate,
      atMs,
      events: events.map(([post, kind], place) => ({ post, kind, place })),
    });
  const count = (key: string, signal: Signal): number =>
    bucket.facts([key]).get(key)?.values[SIGNALS.indexOf(signal)] ?? 0;
  return { rows, bucket, tell, count };
}

describe("a feature bucket", () => {
  it("counts for half an hour what came late: a page far below one that was opened hours ago", ({
    expect,
  }) => {
    const { bucket, tell, count } = start();
    const later = NOW + 2 * 3_600_000;
    bucket.keep(slateOf({ id: "slate-2", atMs: NOW }, ["31"]), later);
    tell([["31", "shown"]], { slate: "slate-2", atMs: later + FEATURE_LIMITS.featureSlateMs - 1 });
    expect(count("p:31", "shown")).toBe(1);
    const due = later + FEATURE_LIMITS.featureSlateMs;
    expect(bucket.ripe(due - 1).map(({ id }) => id)).toEqual(["slate-1"]);
    expect(bucket.ripe(due).map(({ id, atMs }) => [id, atMs])).toEqual([
      ["slate-1", NOW],
      ["slate-2", NOW],
    ]);
  });

  it("counts what was shown for the viewer, the author, the post, and the pair", ({ expect }) => {
    const { tell, count, bucket } = start();
    tell([
      ["11", "shown"],
      ["12", "shown"],
      ["21", "shown"],
      ["12", "open"],
    ]);
    expect(count("v:7", "shown")).toBe(3);
    expect([count("a:1", "shown"), count("a:2", "shown")]).toEqual([2, 1]);
    expect([count("p:12", "shown"), count("p:12", "open"), count("p:11", "open")]).toEqual([
      1, 1, 0,
    ]);
    expect([count("va:7:1", "shown"), count("va:7:1", "open")]).toEqual([2, 1]);
    expect(bucket.facts(["t:", "vt:7:"]).size).toBe(0);
    expect(bucket.stats()).toMatchObject({ counted: 4, ignored: 0, slates: 1 });
  });

  it("counts topics, and a repost for what it shows", ({ expect }) => {
    const { bucket, tell, count } = start();
    const item: SlateItem = {
      post: "99",
      content: "55",
      author: "9",
      contentAuthor: "5",
      topic: "tea",
    };
    bucket.keep(slateOf({ id: "slate-2", atMs: NOW, items: [item] }, ["99"]), NOW);
    tell([["99", "shown"]], { slate: "slate-2" });
    expect(["p:55", "t:tea", "vt:7:tea", "a:9"].map((key) => count(key, "shown"))).toEqual([
      1, 1, 1, 1,
    ]);
    expect([count("p:99", "shown"), count("a:5", "shown")]).toEqual([0, 0]);
  });

  it("counts each signal once for a slate, however often it is told", ({ expect }) => {
    const { bucket, tell, count } = start();
    for (let n = 0; n < 5; n++) tell([["11", "shown"]]);
    for (let n = 0; n < 5; n++)
      bucket.act({ viewer: VIEWER, atMs: NOW, head: "like", on: { post: "11" } });
    expect([count("p:11", "shown"), count("p:11", "like")]).toEqual([1, 1]);
    expect(bucket.stats()).toMatchObject({ counted: 2, ignored: 8 });
  });

  it.for<readonly [string, Parameters<ReturnType<typeof start>["tell"]>]>([
    ["of another's slate", [[["11", "shown"]], { viewer: "8" }]],
    ["of a slate that is not kept", [[["11", "shown"]], { slate: "slate-2" }]],
    ["of a post that was not in it", [[["13", "shown"]]]],
    ["too late", [[["11", "shown"]], { atMs: NOW + FEATURE_LIMITS.featureSlateMs }]],
  ])("takes nothing %s", ([, told], { expect }) => {
    const { bucket, rows, tell } = start();
    tell(...told);
    expect(rows.known.size).toBe(0);
    expect(bucket.stats()).toMatchObject({ counted: 0, ignored: 1 });
  });

  it("takes an act that comes before its show, and the place when that comes", ({ expect }) => {
    const { bucket, rows, tell, count } = start();
    bucket.act({ viewer: VIEWER, atMs: NOW, head: "like", on: { post: "12" } });
    expect([count("p:12", "shown"), count("p:12", "like")]).toEqual([1, 1]);
    tell([
      ["11", "shown"],
      ["12", "shown"],
    ]);
    expect(count("p:12", "shown")).toBe(1);
    expect(rows.slate("slate-1")?.marks.get("12")?.place).toBe(1);
  });

  it("counts an act for the newest slate that showed it, and for nothing that did not", ({
    expect,
  }) => {
    const { bucket, rows, tell } = start();
    tell([["11", "shown"]]);
    bucket.keep(slateOf({ id: "slate-2" }, ["11"]), NOW + 1_000);
    const act = (atMs: number, on: { post: string } | { author: string }) =>
      bucket.act({ viewer: VIEWER, atMs, head: "follow", on });
    act(NOW + 2_000, { author: "1" });
    expect(rows.slate("slate-1")?.marks.get("11")?.signals).toBeGreaterThan(1);
    expect(rows.slate("slate-2")?.marks.size).toBe(0);
    act(NOW + 2_000, { post: "77" });
    act(NOW + FEATURE_LIMITS.featureSlateMs + 2_000, { author: "1" });
    expect(bucket.stats().ignored).toBe(2);
  });

  it("lets counters fade, and drops those beyond the bound that changed least recently", ({
    expect,
  }) => {
    const { bucket, rows, tell, count } = start();
    tell([["11", "shown"]]);
    const later = NOW + 86_400_000;
    bucket.keep(slateOf({ id: "slate-2" }, ["11"]), later);
    tell([["11", "shown"]], { slate: "slate-2", atMs: later });
    expect(count("p:11", "shown")).toBeCloseTo(1.5, 9);
    for (let n = 0; n < FEATURE_LIMITS.featureTalliesMax; n++)
      rows.known.set(`p:${n + 100}`, { atMs: n, values: [] });
    bucket.trim();
    expect(rows.known.size).toBe(FEATURE_LIMITS.featureTalliesMax);
    expect(count("p:11", "shown")).toBeGreaterThan(1);
    expect(rows.known.has("p:100")).toBe(false);
  });

  it("keeps no more slates than it may", ({ expect }) => {
    const { bucket, rows } = start();
    for (let n = 0; n < FEATURE_LIMITS.featureSlatesMax + 5; n++)
      bucket.keep(slateOf({ id: `other-${n}` }, ["11"]), NOW);
    expect(rows.kept.size).toBe(FEATURE_LIMITS.featureSlatesMax);
    const many = Array.from({ length: FEATURE_LIMITS.featureSlateItemsMax + 1 }, (_, n) => `${n}`);
    expect(start(many).rows.kept.size).toBe(0);
  });
});

describe("a segment of the log", () => {
  it("has what was shown, with its features as they were and what was done", ({ expect }) => {
    const { bucket, tell } = start();
    tell([
      ["11", "shown"],
      ["21", "shown"],
      ["21", "dwell"],
    ]);
    bucket.act({ viewer: VIEWER, atMs: NOW, head: "like", on: { post: "21" } });
    // Nobody says where it was shown: it is counted, and no example.
    bucket.act({ viewer: VIEWER, atMs: NOW, head: "like", on: { post: "12" } });
    expect(bucket.ripe(NOW + FEATURE_LIMITS.featureSlateMs - 1)).toEqual([]);
    const ripe = bucket.ripe(NOW + FEATURE_LIMITS.featureSlateMs);
    const segment = segmentOf(ripe, "feature-bucket:us-east:3");
    expect(segment?.key).toBe("rank-log/2027-01-15/feature-bucket.us-east.3/slate-1.jsonl");
    const lines = segment?.text.split("\n").filter((line) => line !== "") ?? [];
    const records = lines.map((line) => {
      const record = recordOf(line);
      if (!record.ok) throw new Error(record.error);
      return record.value;
    });
    expect(records.map(({ post, place, actions }) => [post, place, headsIn(actions)])).toEqual([
      ["11", 0, []],
      ["21", 1, ["like", "dwell"]],
    ]);
    // Its third row.
    expect(records[1]?.dense[0]).toBe(2 * DENSE_COUNT);
    expect(records[1]).toMatchObject({ slate: "slate-1", viewer: VIEWER, timeMs: NOW });
    bucket.logged(segment?.slates ?? []);
    expect(segmentOf(bucket.ripe(Infinity), "")).toBe(null);
    expect(bucket.isEmpty).toBe(true);
  });
});
