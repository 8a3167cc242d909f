import type { Id } from "../../core/ids.ts";
import type { LogRecord } from "../../core/tao/log.ts";
import { formatVersion } from "../../core/tao/version.ts";
import type { LogRows } from "./log-rows.ts";
import type { Ack } from "./writes.ts";

/** What the log rows say against the acknowledgements. */
export interface LogFindings {
  /** Acknowledged writes whose version is not in the log, or is another write's. */
  readonly lost: readonly string[];
  /** Places of a shard's order that more than one record claims, or none. */
  readonly duplicated: readonly string[];
  readonly missing: readonly string[];
}

/** @param rows every record since the shard was empty. */
export function judgeLog(rows: LogRows, acks: readonly Ack[]): LogFindings {
  const versionOf = new Map<Id, string>();
  const duplicated: string[] = [];
  const missing: string[] = [];
  for (const [shard, records] of rows) {
    const seen = new Set<number>();
    for (const { seq, version, post } of entriesOf(records)) {
      if (seen.has(seq)) duplicated.push(`${shard}: ${version}`);
      seen.add(seq);
      if (post !== null) versionOf.set(post, version);
    }
    for (let seq = 1; seq <= Math.max(0, ...seen); seq++)
      if (!seen.has(seq)) missing.push(`${shard}: ${seq}`);
  }
  const lost = acks
    .filter(({ post, version }) => versionOf.get(post) !== formatVersion(version))
    .map(({ opId }) => opId);
  return { lost, duplicated, missing };
}

const entriesOf = (records: readonly LogRecord[]) =>
  records.flatMap(({ epoch, entries }) =>
    entries.map(({ seq, prev, mutation }) => ({
      seq,
      version: formatVersion({ epoch, seq }),
      post: mutation.kind === "object" && prev === null ? mutation.id : null,
    })),
  );

/** Places where two lists of answers differ; all of them when there was no answer. */
export const differences = (
  expected: readonly string[],
  found: readonly string[] | null,
): number[] => expected.flatMap((text, place) => (found?.[place] === text ? [] : [place]));

/** The value that `share` of the values do not exceed; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
