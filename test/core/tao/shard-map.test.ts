import fc from "fast-check";
import { it } from "vitest";

import { LOGICAL_SHARDS } from "../../../core/ids.ts";
import { DEFAULT_REGIONS } from "../../../core/regions/regions.ts";
import { entryOf, evenShardMap } from "../../../core/tao/shard-map.ts";

const weights = new Map(DEFAULT_REGIONS.map((row) => [row.region, row.leaderWeight]));

it("covers every logical shard exactly once", ({ expect }) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(LOGICAL_SHARDS - 1), (count, logical) => {
      const map = evenShardMap(count, weights);
      expect(map.entries[0]?.from).toBe(0);
      expect(map.entries.at(-1)?.to).toBe(LOGICAL_SHARDS);
      for (const [index, entry] of map.entries.entries()) {
        expect(entry.from).toBe(map.entries[index - 1]?.to ?? 0);
      }
      const entry = entryOf(map, logical);
      expect(logical >= entry.from && logical < entry.to).toBe(true);
    }),
  );
});

it("deals leaders out by weight: 44, 22.7, 33.3 % and none in apac", ({ expect }) => {
  const led = Map.groupBy(evenShardMap(300, weights).entries, (entry) => entry.leader);
  const share = (region: string) => (led.get(region)?.length ?? 0) / 300;
  expect(share("us-east")).toBeCloseTo(0.44, 2);
  expect(share("us-west")).toBeCloseTo(0.227, 2);
  expect(share("eu-west")).toBeCloseTo(0.333, 2);
  expect(share("apac")).toBe(0);
});

it("takes a fifth region as one more row", ({ expect }) => {
  const rows = [
    ...DEFAULT_REGIONS,
    { region: "af-south", hint: "afr", leaderWeight: 25, continents: ["AF"] },
  ].map((row) => (row.region === "eu-west" ? { ...row, continents: ["EU"] } : row));
  const map = evenShardMap(100, new Map(rows.map((row) => [row.region, row.leaderWeight])));
  expect(map.entries.filter((entry) => entry.leader === "af-south")).toHaveLength(25);
});

it("refuses a map that nobody may lead", ({ expect }) => {
  expect(() => evenShardMap(4, new Map([["apac", 0]]))).toThrow(RangeError);
});
