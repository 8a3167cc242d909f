import type { Tally } from "../../core/ranking/counters.ts";
import type {
  FeatureRows,
  Mark,
  MarkedSlate,
  OpenSlate,
} from "../../core/ranking/feature-bucket.ts";
import type { Slate } from "../../core/ranking/slate.ts";
import type { Tallies } from "../../core/ranking/tallies.ts";

/** Rows of a feature bucket, in maps. */
export class MemoryFeatureRows implements FeatureRows {
  readonly known = new Map<string, Tally>();
  readonly kept = new Map<string, MarkedSlate & OpenSlate>();

  tallies = (keys: readonly string[]): Tallies =>
    new Map(
      keys.flatMap((key) => {
        const tally = this.known.get(key);
        return tally === undefined ? [] : [[key, tally] as const];
      }),
    );
  putTallies = (tallies: Tallies): void => {
    for (const [key, tally] of tallies) this.known.set(key, tally);
  };
  countTallies = () => this.known.size;
  countSlates = () => this.kept.size;
  dropOldestTallies = (count: number): void => {
    const oldest = [...this.known].toSorted(([, a], [, b]) => a.atMs - b.atMs).slice(0, count);
    for (const [key] of oldest) this.known.delete(key);
  };
  addSlate = (slate: Slate, keptMs: number): void =>
    void this.kept.set(slate.id, { ...slate, keptMs, marks: new Map<string, Mark>() });
  slate = (id: string) => this.kept.get(id) ?? null;
  slatesOf = (viewer: string, max: number) =>
    [...this.kept.values()]
      .filter((slate) => slate.viewer === viewer)
      .toSorted((a, b) => b.keptMs - a.keptMs)
      .slice(0, max);
  mark = (id: string, marks: ReadonlyMap<string, Mark>): void => {
    const slate = this.kept.get(id);
    if (slate !== undefined) this.kept.set(id, { ...slate, marks });
  };
  ripe = (upToMs: number, max: number) =>
    [...this.kept.values()]
      .filter(({ keptMs }) => keptMs <= upToMs)
      .toSorted((a, b) => a.keptMs - b.keptMs)
      .slice(0, max);
  dropSlates = (ids: readonly string[]): void => {
    for (const id of ids) this.kept.delete(id);
  };
}
