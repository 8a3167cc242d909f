import type { Measured } from "../measure/rounds.ts";
import { summary } from "../measure/rounds.ts";
import { mean } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";
import type { FeedReadOptions } from "./options.ts";
import type { ReadPage } from "./pages.ts";
import { NAMES } from "./targets.ts";

/** CPU of a read over that of k empty calls plus the page, k being the shards it touches. */
const RATIO_TARGET = 1.5;

/** Everything that the bench found out: what `--json` writes. */
export function reportOf(
  options: FeedReadOptions,
  generator: string,
  pages: readonly ReadPage[],
  measured: readonly Measured[],
) {
  const lines = measured.map((one) => ({
    name: one.target.name.trim(),
    ...summary(one),
    dropped: one.dropped,
    rounds: one.rounds,
  }));
  const cpuOf = (name: string) =>
    lines.find((line) => line.name === name.trim())?.cpuMsPerRead.median ?? Number.NaN;
  const calls = pages.map((page) => page.calls);
  const shards = pages.map((page) => page.shards);
  return {
    bench: "feed-read",
    options: { ...options, beside: options.beside?.url.href ?? null },
    generator,
    verified: pages.length,
    pageBytesMean: Math.round(mean(pages.map((page) => Buffer.byteLength(page.text)))),
    calls: { mean: mean(calls), max: Math.max(...calls) },
    shards: { mean: mean(shards), max: Math.max(...shards) },
    /** Pages that took more than one call per shard touched and one for the viewer's lists. */
    pagesWithExtraCalls: pages.filter((page) => page.calls > page.shards + 1).length,
    ratios: {
      target: RATIO_TARGET,
      toShardCalls: cpuOf(NAMES.feed) / cpuOf(NAMES.perShard),
      toCalls: cpuOf(NAMES.feed) / cpuOf(NAMES.perCall),
      toOneCall: cpuOf(NAMES.feed) / cpuOf(NAMES.oneCall),
      toService: cpuOf(NAMES.readsAlone) / cpuOf(NAMES.service),
      toPage: cpuOf(NAMES.feed) / cpuOf(NAMES.page),
    },
    lines,
  };
}
export type Report = ReturnType<typeof reportOf>;

export function reportText(report: Report): string {
  const { options, calls, shards, ratios } = report;
  const rows = report.lines.map((line) => [
    measuredName(line.name),
    digits(line.cpuMsPerRead.min, 3),
    digits(line.cpuMsPerRead.median, 3),
    digits(line.readsPerSecond.median, 0),
    digits(line.p50Ms.median, 1),
    digits(line.p99Ms.median, 1),
    digits(line.foreignCores.median, 2),
    `${line.rounds.length - line.noisyRounds}/${line.rounds.length} (${line.dropped})`,
    String(line.refused + line.lost),
  ]);
  const head = [
    `${options.rounds} rounds of ${options.seconds} s in turn`,
    "CPU ms min",
    "median",
    "reads/s",
    "p50 ms",
    "p99 ms",
    "others",
    "quiet (dropped)",
    "failed",
  ];
  return [
    "",
    `Verified: the first pages of ${report.verified} viewers are exactly the oracle's.`,
    `${options.users} users, ${options.posts} posts, ${options.connections} connections, one write per 100 reads, load by ${report.generator}, ${report.pageBytesMean} bytes a page.`,
    "",
    table(head, rows),
    "",
    `Object calls per read: mean ${digits(calls.mean, 2)}, max ${calls.max}. Shards touched: mean ${digits(shards.mean, 2)}, max ${shards.max}.`,
    `One call per shard touched, and one for the viewer's own lists: ${report.verified - report.pagesWithExtraCalls} of ${report.verified} pages.`,
    `CPU of a read = ${digits(ratios.toShardCalls, 2)} x (k empty calls + page), k = shards; target ${ratios.target}: ${ratios.toShardCalls <= ratios.target ? "met" : "missed"}.`,
    `              = ${digits(ratios.toCalls, 2)} x (k empty calls + page), k = calls.`,
    `Without the writes = ${digits(ratios.toService, 2)} x (through a service, one call with the page), the path of a cached read.`,
    `              = ${digits(ratios.toOneCall, 2)} x one call with the page = ${digits(ratios.toPage, 2)} x the bare page.`,
    "",
  ].join("\n");
}

/** Indented under the line that it varies. */
const measuredName = (name: string): string =>
  Object.values(NAMES).find((full) => full.trim() === name) ?? name;
