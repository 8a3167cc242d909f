import type { Measured } from "../measure/rounds.ts";
import { summary } from "../measure/rounds.ts";
import { mean } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";
import type { FirstReads } from "./first-reads.ts";
import type { FeedReadOptions } from "./options.ts";
import type { ReadPage } from "./pages.ts";
import { NAMES } from "./targets.ts";

/** CPU of a read over that of the bare path: of a cached one through a service, of another k empty calls. */
const RATIO_TARGET = 1.5;

/** Everything that the bench found out: what `--json` writes. */
export function reportOf(
  options: FeedReadOptions,
  generator: string,
  pages: readonly ReadPage[],
  measured: readonly Measured[],
  first: readonly FirstReads[],
) {
  const lines = measured.map((one) => ({
    name: one.target.name.trim(),
    ...summary(one),
    dropped: one.dropped,
    rounds: one.rounds,
  }));
  const cpuOf = (name: string) =>
    lines.find((line) => line.name === name.trim())?.cpuMsPerRead.min ?? Number.NaN;
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
      toService: cpuOf(NAMES.feed) / cpuOf(NAMES.service),
      readsToService: cpuOf(NAMES.readsAlone) / cpuOf(NAMES.service),
      toBeside: cpuOf(NAMES.feed) / cpuOf(NAMES.beside),
      toPage: cpuOf(NAMES.feed) / cpuOf(NAMES.page),
    },
    first,
    lines,
  };
}
export type Report = ReturnType<typeof reportOf>;

export function reportText(report: Report): string {
  const { options, calls } = report;
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
    String(line.wrong),
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
    "wrong",
  ];
  return [
    "",
    `Verified: the first pages of ${report.verified} viewers are exactly the oracle's.`,
    `${options.users} users, ${options.posts} posts, ${options.connections} connections, one write per 100 reads, load by ${report.generator}, ${report.pageBytesMean} bytes a page, ${options.profile}, ${options.feedCache ? "feeds cached" : "feeds from the graph"}.`,
    "",
    table(head, rows),
    "",
    `Object and cache calls per warm read: mean ${digits(calls.mean, 2)}, max ${calls.max}.`,
    ...ratioLines(report),
    "",
    "First reads, one per viewer, one after another; all pages are the oracle's:",
    table(
      ["", "reads", "CPU ms", "calls", "p50 ms", "p99 ms"],
      report.first.map((one) => [
        one.name,
        String(one.reads),
        digits(one.cpuMsPerRead, 2),
        digits(one.callsMean, 2),
        digits(one.p50Ms, 1),
        digits(one.p99Ms, 1),
      ]),
    ),
    "",
  ].join("\n");
}

const verdict = (ratio: number) =>
  `${digits(ratio, 2)} (target ${RATIO_TARGET}: ${ratio <= RATIO_TARGET ? "met" : "missed"})`;

function ratioLines({ options, ratios, shards }: Report): string[] {
  const beside = Number.isFinite(ratios.toBeside)
    ? [`CPU of a read = ${digits(ratios.toBeside, 2)} x the other server's.`]
    : [];
  const oneCall = `              = ${digits(ratios.toOneCall, 2)} x one call with the page = ${digits(ratios.toPage, 2)} x the bare page.`;
  if (options.feedCache)
    return [
      `CPU of a read = ${verdict(ratios.toService)} x (through a service, one call with the page); without the writes ${digits(ratios.readsToService, 2)}.`,
      oneCall,
      ...beside,
    ];
  return [
    `Shards touched: mean ${digits(shards.mean, 2)}, max ${shards.max}.`,
    `CPU of a read = ${verdict(ratios.toShardCalls)} x (k empty calls + page), k = shards; ${digits(ratios.toCalls, 2)} for k = calls.`,
    oneCall,
    ...beside,
  ];
}

/** Indented under the line that it varies. */
const measuredName = (name: string): string =>
  Object.values(NAMES).find((full) => full.trim() === name) ?? name;
