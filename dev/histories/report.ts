import { COUNTED } from "./clients.ts";
import { type Fault, FAULTS } from "./faults.ts";
import { addLag, NO_LAG } from "./lag.ts";
import type { SegmentResult } from "./segment.ts";
import type { Profile } from "./world.ts";

const TOLD_AS: Record<(typeof COUNTED)[number], string> = {
  operations: "operations of the graph",
  acknowledged: "writes acknowledged",
  replayed: "writes answered again by their opId",
  unknown: "writes of unknown outcome",
  refusedWrites: "writes refused",
  reads: "read requests answered",
  refusedReads: "read requests without an answer",
  retried: "writes sent more than once by the client's retry",
  streamsEnded: "streams that broke off",
  streamsStuck: "streams that hung",
};

/** No guarantee broken, and nobody waited for ever. */
export const isClean = (results: readonly SegmentResult[]): boolean =>
  results.every(({ violations, counts }) => violations === 0 && counts.streamsStuck === 0);

/** Everything that was reached, summed over the segments. */
export function reportOf(
  results: readonly SegmentResult[],
  withFaults: boolean,
  profile: Profile,
): string {
  const sum = (of: (result: SegmentResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const lines: (readonly [number, string])[] = [
    [results.length, `segments, ${profile}`],
    [Math.round(sum(({ seconds }) => seconds)), "seconds, starting, killing and checking included"],
    ...COUNTED.map((name) => [sum(({ counts }) => counts[name]), TOLD_AS[name]] as const),
    [sum(({ entries }) => entries), "entries of logs"],
    [sum(({ epochs }) => epochs), "epochs that wrote, beyond each shard's first"],
    [sum(({ finals }) => finals), "last answers of followers compared with the logs"],
    ...FAULTS.filter((fault) => withFaults && happens(fault, profile)).map(
      (fault) => [sum(({ faults }) => faults[fault]), fault] as const,
    ),
  ];
  const lag = results.reduce((total, result) => addLag(total, result.lag), NO_LAG);
  const share = (count: number) => `${((100 * count) / Math.max(1, lag.answers)).toFixed(4)} %`;
  return [
    "",
    ...lines.map(([count, what]) => `${String(count).padStart(10)}  ${what}`),
    "",
    `age of ${lag.answers} unmarked answers of followers: over 100 ms ${share(lag.over100Ms)}, over 1 s ${share(lag.over1S)}, over 2 s ${share(lag.over2S)}, oldest ${lag.maxMs} ms`,
    `${sum(({ violations }) => violations)} violations`,
  ].join("\n");
}

/** What needs a database, and what is not done beside one. */
const HOSTED: ReadonlySet<Fault> = new Set([
  "database killed",
  "emulator killed",
  "shard handed over",
]);
const EMBEDDED: ReadonlySet<Fault> = new Set([
  "leader eviction asked for",
  "follower eviction asked for",
]);
const happens = (fault: Fault, profile: Profile): boolean =>
  !(profile === "hosted" ? EMBEDDED : HOSTED).has(fault);
