import { feedTopology } from "../../core/feed/cache/topology.ts";
import { socketTopology } from "../../core/feed/realtime/buckets.ts";
import { chooseSticky } from "../../core/ranking/balance/choose.ts";
import { UNKNOWN_SERVER } from "../../core/ranking/balance/server-health.ts";
import { chiSquare, deviationMax, even, movedBetween } from "./compare.ts";
import type { Finding } from "./finding.ts";
import { viewers } from "./viewers.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

export function bucketFindings(count: number, seed: number): Finding[] {
  const ids = viewers(count, seed);
  const kinds = [
    ["4 buckets of the feed cache", feedTopology],
    ["4 buckets of sockets", socketTopology],
  ] as const;
  return kinds.flatMap(([level, topology]) => {
    const at = (buckets: number) => ids.map(topology(buckets).bucketOf);
    const before = at(64);
    const change = (buckets: number): Finding => ({
      level,
      change: `64 become ${buckets}`,
      deviation: deviationMax(at(buckets), even(upTo(buckets))),
      chiSquare: chiSquare(at(buckets), even(upTo(buckets))),
      ...movedBetween(before, at(buckets), Math.abs(buckets - 64) / Math.max(64, buckets)),
    });
    return [change(65), change(80), change(48)];
  });
}

export function stickyFindings(count: number, seed: number): Finding[] {
  const level = "4 a viewer's ranker";
  const ids = viewers(count, seed).map(String);
  const nowMs = 1_800_000_000_000;
  const at = (servers: number, loads: Readonly<Record<number, number>> = {}) => {
    const all = upTo(servers).map((n) => ({
      server: `http://ranker-${n}`,
      health: { ...UNKNOWN_SERVER, outstandingRows: loads[n] ?? 1_000 },
    }));
    return ids.map((id) => chooseSticky(all, id, 1, nowMs)?.server ?? "");
  };
  const name = (n: number) => `http://ranker-${n}`;
  const before = at(8);
  const members = even(upTo(8).map(name));
  // Who is in an order before the others moves when one is over its bound: its own viewers, and nobody else.
  const busy = at(8, { 0: 2_000 });
  return [
    {
      level,
      change: "eight servers",
      deviation: deviationMax(before, members),
      chiSquare: chiSquare(before, members),
    },
    { level, change: "one is gone", ...movedBetween(before, at(7), 1 / 8) },
    { level, change: "one is added", ...movedBetween(before, at(9), 1 / 9) },
    { level, change: "one is over its bound", ...movedBetween(before, busy, 1 / 8) },
  ];
}
