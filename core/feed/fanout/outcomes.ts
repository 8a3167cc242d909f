import type { Random } from "../../clock.ts";
import { LIMITS } from "../../limits.ts";
import type { ChunkOutcome, FanoutRecord } from "./service.ts";
import type { ChunkMove, ChunkRow, FanoutHead } from "./table.ts";

/** How long a chunk that was sent `tries` times is waited for, ms. */
export const answerMs = (tries: number): number =>
  Math.min(LIMITS.fanoutAnswerMsMax, LIMITS.fanoutAnswerMs * 2 ** (tries - 1));

/** Wait before a chunk that failed goes again, ms: half of it by chance, so that many do not go at once. */
export function retryMs(tries: number, random: Random): number {
  const longest = Math.min(LIMITS.fanoutRetryMsMax, LIMITS.fanoutRetryMs * 2 ** (tries - 1));
  return longest / 2 + (random.next() * longest) / 2;
}

/** Where a chunk goes that an answer came for; null: it is done. */
export function afterOutcome(
  { number, tries }: ChunkRow,
  { error }: ChunkOutcome,
  nowMs: number,
  random: Random,
): ChunkMove | null {
  if (error === null) return null;
  return tries >= LIMITS.fanoutTriesMax
    ? { number, place: "dead", dueMs: nowMs, tries, lastError: error }
    : {
        number,
        place: "waiting",
        dueMs: nowMs + Math.round(retryMs(tries, random)),
        tries,
        lastError: error,
      };
}

/** What a chunk that is done says about readers. Means that fade: the last few dozen chunks count. */
export function learned(head: FanoutHead, { kind }: ChunkRow, outcome: ChunkOutcome): FanoutHead {
  const { named, active } = outcome;
  const toward = (mean: number, value: number) =>
    mean + (value - mean) * LIMITS.fanoutActivityWeight;
  if (named === 0) return head;
  if (kind === "push") {
    const activeShare = toward(head.activeShare, Math.min(1, active / named));
    return { ...head, activeShare, entries: head.entries * (1 - LIMITS.fanoutEntriesFade) };
  }
  return kind === "announce" ? { ...head, entries: toward(head.entries, named) } : head;
}

/** One more chunk of a post is where it was to go. */
export function withDone(record: FanoutRecord, outcome: ChunkOutcome, nowMs: number): FanoutRecord {
  const chunksDone = Math.min(record.chunks, record.chunksDone + 1);
  return {
    ...record,
    chunksDone,
    named: record.named + outcome.named,
    active: record.active + outcome.active,
    calls: record.calls + outcome.calls,
    doneMs: chunksDone === record.chunks ? (record.doneMs ?? nowMs) : null,
  };
}
