import { it } from "vitest";

import { NO_DELTA } from "../../../core/telemetry/cache-tally.ts";
import { cacheCountsOf } from "../../../core/telemetry/counted-caches.ts";
import { type Counter, RegionSums } from "../../../core/telemetry/region-counts.ts";
import { TallyOutbox } from "../../../core/telemetry/tally-outbox.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";

it("counts what is tallied of outer caches once, though its way fails and is tried again", async ({
  expect,
}) => {
  const sums = new RegionSums();
  const count = (_: string, name: Counter, by?: number) => sums.count(name, by);
  let tries = 0;
  const outbox = new TallyOutbox({
    clock: new ManualClock(1_000_000),
    told: cacheCountsOf({ count }),
    tally: () => ({
      add: async () => {
        tries++;
        if (tries === 1) throw new Error("away");
      },
    }),
    report: () => {},
  });
  outbox.add("a", "edge_pages", { ...NO_DELTA, hits: 5, stale: 2, misses: 3 });
  outbox.add("a", "feed", { ...NO_DELTA, hits: 9 });
  await outbox.flush();
  await outbox.flush();
  expect(tries).toBe(2);
  expect(sums.counts().counters).toEqual({ edge_pages_asked: 10, edge_pages_hits: 7 });
});
