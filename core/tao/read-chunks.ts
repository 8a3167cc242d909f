import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { ok, type Result } from "../result.ts";
import type { Read, ReadResult } from "./types.ts";

/** Answers in the order of the reads. */
export type ReadMany = (reads: readonly Read[]) => Promise<Result<readonly ReadResult[], Failure>>;

/** Any number of reads by calls that each take a bounded one. */
export async function inChunks(reads: readonly Read[], read: ReadMany): ReturnType<ReadMany> {
  const results: ReadResult[] = [];
  for (let start = 0; start < reads.length; start += LIMITS.readsPerCallMax) {
    const answer = await read(reads.slice(start, start + LIMITS.readsPerCallMax));
    if (!answer.ok) return answer;
    results.push(...answer.value);
  }
  return ok(results);
}
