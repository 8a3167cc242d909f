import { tableOf } from "../../dev/caches/table.ts";
import { digits, table } from "../report/table.ts";
import { dayInWords } from "./day.ts";
import { type HitRatesOptions, WARM_MINUTES } from "./options.ts";
import { KINDS, type KindCounts, type Slice } from "./slice.ts";

/** Everything that the bench found out: what `--json` writes. */
export function reportOf(options: HitRatesOptions, slice: Slice) {
  const { tally, device, caches, measuredMs } = slice;
  const { visits, requests, anew, images, writes, visitors, feed } = tally;
  const told = caches.layers.find(({ name }) => name === "client");
  const all = Object.values(device).reduce(add, { hits: 0, stale: 0, misses: 0 });
  return {
    bench: "hit-rates",
    options,
    day: dayInWords(),
    warmMinutes: WARM_MINUTES,
    measuredMs,
    traffic: { visits, requests, anew, images, writes, visitors },
    failures: Object.fromEntries(tally.failures),
    caches,
    device: { ...device, all },
    /** Of what clients counted, how much has come to the tally by the end. */
    reported:
      told === undefined ? null : told.asked / Math.max(1, all.hits + all.stale + all.misses),
    feed: { active: { ...feed.active }, others: { ...feed.others } },
  };
}
export type Report = ReturnType<typeof reportOf>;

const add = (a: KindCounts, b: KindCounts): KindCounts => ({
  hits: a.hits + b.hits,
  stale: a.stale + b.stale,
  misses: a.misses + b.misses,
});

export function reportText(report: Report): string {
  const { options, traffic, device, feed, measuredMs } = report;
  const failures = Object.entries(report.failures);
  return [
    `A slice of the busiest hour, in real time: ${options.users} people, ${options.posts} posts, ` +
      `${report.warmMinutes} minutes to warm up and ${digits(measuredMs / 60_000, 1)} measured.`,
    "The day:",
    ...report.day.map((line) => `  ${line}`),
    "",
    `Traffic measured: ${traffic.visits} visits began, ${traffic.requests} requests of the API by people, ` +
      `${traffic.images} of images, ${traffic.writes} writes, ${traffic.visitors} looks without signing in.`,
    failures.length === 0
      ? "No request failed."
      : `FAILED: ${failures.map(([what, times]) => `${what} ${times}`).join(", ")}`,
    "",
    tableOf(report.caches, true),
    "",
    `L1 as clients counted it, by what was read (${percent(report.reported)} of it has been reported):`,
    table(
      ["kind", "asked", "hits", "stale", "misses", "hits / asked", "at once"],
      [...KINDS, "all" as const].map((kind) => rowOf(kind, device[kind])),
    ),
    "",
    `${traffic.anew} of these were pages of the feed that no cache of a client could answer: further down, or the newest.`,
    "",
    "L3 by the visits of the schedule, those before the slice too:",
    table(
      ["readers", "pages", "hits", "hits / pages"],
      [
        ["here in the half hour before", ...shareOf(feed.active)],
        ["others", ...shareOf(feed.others)],
      ],
    ),
  ].join("\n");
}

function rowOf(kind: string, { hits, stale, misses }: KindCounts): string[] {
  const asked = hits + stale + misses;
  const of = (some: number) => percent(asked === 0 ? null : some / asked);
  return [kind, ...[asked, hits, stale, misses].map(String), of(hits), of(hits + stale)];
}

const shareOf = ({ asked, hits }: { readonly asked: number; readonly hits: number }): string[] => [
  String(asked),
  String(hits),
  percent(asked === 0 ? null : hits / asked),
];

const percent = (share: number | null): string =>
  share === null ? "-" : `${digits(share * 100, 1)} %`;
