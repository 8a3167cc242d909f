import { it } from "vitest";

import type { ShardList } from "../../core/regions/shard-admin.ts";
import { movedLine, tableOf } from "../../dev/shards/table.ts";

const NOW_MS = 1_800_000_000_000;
const shard = {
  shard: 0,
  logicalShards: [0, 65_536] as [number, number],
  leader: "us-east",
  epoch: 1,
  leaseUntilMs: NOW_MS + 20_100,
  notBeforeMs: 0,
};

it("shows shards in lines that fit under each other", ({ expect }) => {
  const list: ShardList = {
    revision: 7,
    coordinator: { region: "us-east", untilMs: NOW_MS },
    shards: [
      { ...shard, head: "1.204", failure: null },
      {
        ...shard,
        shard: 1,
        leader: "apac",
        epoch: 12,
        notBeforeMs: NOW_MS + 1,
        head: null,
        failure: "unavailable",
      },
      { ...shard, shard: 2, leaseUntilMs: 0, head: "1.0", failure: null },
      { ...shard, shard: 3, leaseUntilMs: NOW_MS, head: "1.0", failure: null },
    ],
  };
  expect(tableOf(list, NOW_MS)).toBe(
    [
      "map 7, us-east coordinates",
      "shard  leader   epoch  lease          head",
      "0      us-east  1      21 s           1.204",
      "1      apac     12     begins in 1 s  -      unavailable",
      "2      us-east  1      never          1.0",
      "3      us-east  1      over           1.0",
    ].join("\n"),
  );
});

it("says when a new leader may act", ({ expect }) => {
  expect(movedLine({ ...shard, notBeforeMs: NOW_MS }, NOW_MS)).toBe(
    "shard 0 is led from us-east in epoch 1 from now on",
  );
  expect(movedLine({ ...shard, notBeforeMs: NOW_MS + 12_500 }, NOW_MS)).toContain("in 13 s");
});
