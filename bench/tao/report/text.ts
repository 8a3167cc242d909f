import { digits, table } from "../../report/table.ts";
import type { Capacity } from "../capacity-run.ts";
import type { LoadResult } from "../load-run.ts";
import type { TaoOptions } from "../options.ts";
import type { Layers } from "./layers.ts";
import type { Quantiles } from "./summary.ts";

/** The paper's hit rate, and the share of reads that may reach the store. */
const HIT_RATE_TARGET = 0.964;
const STORE_SHARE_MAX = 0.05;
const LAG_P99_TARGET_MS = 1_000;

export interface LoadReport {
  readonly bench: "tao";
  readonly options: TaoOptions;
  readonly cacheBytes: number | null;
  /** null when it was not looked for. */
  readonly capacity: Capacity | null;
  readonly rate: number;
  readonly result: LoadResult;
}

export function loadText(report: LoadReport): string {
  const { options, capacity, rate, result, cacheBytes } = report;
  const { layers } = result;
  const share =
    capacity === null
      ? ""
      : ` = ${percent(rate / capacity.cold.opsPerSecond)} of the cold capacity, ${percent(rate / capacity.warm.opsPerSecond)} of the warm one`;
  return [
    "",
    `Workload ${options.workload}, ${options.profile} store, ${sizeOf(options)}, ${options.shards} shards, ${options.replicas} follower(s) per region and shard.`,
    ...(cacheBytes === null
      ? []
      : [
          `Followers of a region hold at most ${percent(options.followerShare)} of ${megabytes(cacheBytes)} of cache entries.`,
        ]),
    ...(capacity === null ? [] : ["", capacityTable(capacity), ""]),
    `Open loop: ${digits(rate, 0)} operations/s${share} for ${options.seconds} s: ${result.ops} operations in ${result.requests} requests; handed over at most ${digits(Math.max(0, result.handOverLateMs), 0)} ms late.`,
    `CPU of the runtime: ${digits(result.cpuMicrosPerOp, 1)} us per operation, ${digits(result.runtimeCores, 2)} cores.`,
    "",
    "Hits, each with its own denominator",
    layerTable(layers),
    "",
    `Reads answered by a cache: ${percent(layers.hitRate, 2)}${verdict(options, layers.hitRate >= HIT_RATE_TARGET, `target ${percent(HIT_RATE_TARGET, 1)}`)}.`,
    `Reads that reach the store: ${percent(layers.storeShare, 2)}${verdict(options, layers.storeShare <= STORE_SHARE_MAX, `at most ${percent(STORE_SHARE_MAX, 0)}`)}.`,
    `Store queries per entry missed: ${layers.storeQueries === null ? "not counted by the leader" : digits(layers.storeQueries / layers.fromStore, 3)}.`,
    `First reads of an object or a list: ${percent(result.firstReads.first / result.firstReads.reads, 2)}; from a cold start no cache can answer these.`,
    "",
    stepTable(result),
    "",
    "Latency, ms from the scheduled time (the runtime's clock has 1 ms)",
    table(
      ["", "count", "p50", "p90", "p99", "p99.9", "max", "failed"],
      result.latency.rows.map((row) => [row.name, ...quantileCells(row), String(row.failed)]),
    ),
    "",
    `Invalidation lag, ms from the leader's commit until a follower has applied it (a look every 3 ms; ${result.lag.skipped} looks at followers that held nothing left out)`,
    lagTable(result),
    "",
  ].join("\n");
}

/** The targets are those of the paper's mix. */
const verdict = ({ workload }: TaoOptions, isMet: boolean, target: string): string =>
  workload === "tao" ? ` (${target}: ${isMet ? "met" : "missed"})` : "";

const capacityTable = ({ cold, warm, floor }: Capacity): string =>
  table(
    ["closed loop", "operations/s", "CPU us per operation"],
    (
      [
        ["from a cold start", cold],
        ["the same again, warm", warm],
        ["same calls to objects that do nothing", floor],
      ] as const
    ).map(([name, rate]) => [
      name,
      digits(rate.opsPerSecond, 0),
      `${digits(rate.cpuMicrosPerOp, 1)} (${digits(rate.cpuMicrosPerOp / floor.cpuMicrosPerOp, 2)} x)`,
    ]),
  );

const layerTable = ({ layers, fromStore, reads }: Layers): string =>
  table(
    ["layer", "asked", "hits", "hit rate", "of all reads"],
    [
      ...layers.map(({ name, asked, hits }) => [
        name,
        String(asked),
        String(hits),
        percent(hits / asked, 2),
        percent(hits / reads, 2),
      ]),
      ["store", String(fromStore), "–", "–", percent(fromStore / reads, 2)],
    ],
  );

/** How the caches warm up: a line for each tenth of the run. */
function stepTable({ steps }: LoadResult): string {
  const every = Math.max(1, Math.ceil(steps.length / 10));
  const chosen = steps.filter((_, n) => (n + 1) % every === 0 || n === steps.length - 1);
  return table(
    [
      "in the 10 s before second",
      "reads",
      "follower hit rate",
      "leader hit rate",
      "reach the store",
    ],
    chosen.map(({ seconds, layers }) => [
      String(seconds),
      String(layers.reads),
      ...layers.layers.slice(1).map(({ asked, hits }) => percent(hits / asked, 1)),
      percent(layers.storeShare, 2),
    ]),
  );
}

function lagTable({ lag }: LoadResult): string {
  const line = (name: string, row: Quantiles) => [
    name,
    ...quantileCells(row),
    digits(row.p9999, 1),
  ];
  const all = lag.rows[0];
  const isMet = all !== undefined && all.p99 < LAG_P99_TARGET_MS;
  return [
    table(
      ["", "count", "p50", "p90", "p99", "p99.9", "max", "p99.99"],
      [
        ...lag.rows.map((row) => line(row.region, row)),
        line("runtime's own timers, late by", lag.runtimeLateness),
        line("idle thread beside it, late by", lag.idleStalls),
      ],
    ),
    `p99 under ${LAG_P99_TARGET_MS} ms: ${isMet ? "met" : "missed"}.`,
  ].join("\n");
}

const quantileCells = (row: Quantiles): string[] => [
  String(row.count),
  ...[row.p50, row.p90, row.p99, row.p999, row.max].map((value) => digits(value, 1)),
];

const sizeOf = ({ workload, keys, edges }: TaoOptions): string =>
  workload === "tao" ? `${keys} keys` : `${edges} edges`;
const percent = (share: number, places = 0): string => `${digits(share * 100, places)} %`;
const megabytes = (bytes: number): string => `${digits(bytes / 1e6, 0)} MB`;
