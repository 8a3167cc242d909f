import type { RankLogStore } from "../../platform/rank-log.ts";

export const SEGMENT_KEY = "rank-log/2026-11-17/feature-bucket.us-east.0/slate-1.jsonl";

/** Segments by key; two on a page. */
export class MemoryRankLog implements RankLogStore {
  readonly segments = new Map([[SEGMENT_KEY, "{}\n"]]);

  list: RankLogStore["list"] = async (after = "") => {
    const keys = [...this.segments.keys()].toSorted().filter((key) => key > after);
    const items = keys.slice(0, 2).map((key) => ({
      key,
      bytes: this.segments.get(key)?.length ?? 0,
      writtenMs: 1_800_000_000_000,
    }));
    return { items, more: keys.length > 2 };
  };
  read: RankLogStore["read"] = async (key) => this.segments.get(key) ?? null;
}
