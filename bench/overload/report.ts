import { digits, table } from "../report/table.ts";
import type { Driven } from "./drive/plan.ts";
import { ofLabel, sumOf } from "./drive.ts";
import type { OverloadOptions } from "./options.ts";
import type { Reads } from "./product.ts";

/** One product at one rate. */
export interface Row {
  readonly name: string;
  readonly rate: number;
  readonly driven: Driven;
  /** Kept busy by the product, and by processes that are neither it nor the bench. */
  readonly cores: number;
  readonly foreignCores: number;
}

export interface Measured {
  readonly reads: Reads;
  /** Requests a second that the product without limits takes. */
  readonly sustainable: number;
  readonly times: number;
  readonly rows: readonly Row[];
  /** The overload with limits: what the bench is about. */
  readonly limited: Row;
}

/** Right answers in time a second. */
export const goodput = ({ driven }: Row, { seconds }: Pick<OverloadOptions, "seconds">): number =>
  sumOf(driven, ({ good }) => good) / seconds;

export function reportText(
  { reads, sustainable, times, rows, limited }: Measured,
  options: OverloadOptions,
): string {
  const name = {
    cold: "Cold ranked reads (built from the graph, light model; no feed cache)",
    warm: "Warm reads (from the feed cache)",
  }[reads];
  const lines = rows.map((row) => line(row, sustainable, options));
  const shares = limited.driven.streams.map(({ label, sent, good }) => [
    label,
    digits(sent / options.seconds, 0),
    digits(good / options.seconds, 1),
    `${digits((100 * good) / sent, 0)} %`,
  ]);
  return [
    `${name}; sustainable ${digits(sustainable, 0)}/s with p99 <= ${options.p99Ms} ms; overload ${times} x`,
    table(
      [
        "",
        "sent/s",
        "goodput/s",
        "of sustainable",
        "refused",
        "late",
        "lost",
        "other",
        "wrong",
        "reads p50 ms",
        "p99 ms",
        "refusal p99 ms",
        "unseen p99 ms",
        "generator late p99 ms",
        "cores",
        "others",
      ],
      lines,
    ),
    "",
    "Of the overload with limits, by priority:",
    table(["", "sent/s", "goodput/s", "answered"], shares),
  ].join("\n");
}

function line(row: Row, sustainable: number, options: OverloadOptions): string[] {
  const { driven, name } = row;
  const reads = ofLabel(driven, "interactive");
  const good = goodput(row, options);
  const count = (pick: Parameters<typeof sumOf>[1]) => String(sumOf(driven, pick));
  return [
    name,
    digits(sumOf(driven, ({ sent }) => sent) / options.seconds, 0),
    digits(good, 0),
    `${digits((100 * good) / sustainable, 0)} %`,
    count(({ refused }) => refused),
    count(({ late }) => late),
    count(({ lost }) => lost),
    count(({ failed, refusedBare }) => failed + refusedBare),
    count(({ wrong }) => wrong),
    digits(reads.p50Ms ?? Number.NaN, 0),
    digits(reads.p99Ms ?? Number.NaN, 0),
    digits(reads.refusedP99Ms ?? Number.NaN, 0),
    digits(reads.unseenP99Ms ?? Number.NaN, 0),
    digits(driven.lateP99Ms, 0),
    digits(row.cores, 2),
    digits(row.foreignCores, 2),
  ];
}
