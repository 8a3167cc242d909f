import { LIMITS } from "../limits.ts";
import { isNothing, type TallyDelta } from "./cache-tally.ts";

/** Of a request: what the client's own cache has answered since it last said so. */
export const CACHE_REPORT_HEADER = "edgewise-cache-report";

const NUMBER_OF: Readonly<Record<string, keyof TallyDelta>> = {
  hits: "hits",
  stale: "stale",
  misses: "misses",
  bytes: "bytes",
  age: "ageMsSum",
};
const MAX: Readonly<Record<keyof TallyDelta, number>> = {
  hits: LIMITS.cacheReportReadsMax,
  stale: LIMITS.cacheReportReadsMax,
  misses: LIMITS.cacheReportReadsMax,
  bytes: LIMITS.cacheReportBytesMax,
  ageMsSum: LIMITS.cacheReportAgeMsMax,
};

/** `hits=3, misses=1, stale=0, bytes=4096, age=90000`; `age` is the sum over hits and stale ones, ms. */
export const formatCacheReport = (delta: TallyDelta): string =>
  Object.entries(NUMBER_OF)
    .map(
      ([name, field]) => `${name}=${Math.round(Math.min(MAX[field], Math.max(0, delta[field])))}`,
    )
    .join(", ");

/**
 * Anyone may write anything here, so each number is cut at its bound.
 *
 * @returns null for what is not such a text, or says nothing.
 */
export function parseCacheReport(text: string): TallyDelta | null {
  if (text.length > LIMITS.cacheReportCharsMax) return null;
  const found: Partial<Record<keyof TallyDelta, number>> = {};
  for (const part of text.split(",")) {
    const [, name = "", digits = ""] = /^\s*([a-z]+)=(\d{1,15})\s*$/.exec(part) ?? [];
    const field = NUMBER_OF[name];
    if (field === undefined || !Object.hasOwn(NUMBER_OF, name) || field in found) return null;
    found[field] = Math.min(Number(digits), MAX[field]);
  }
  const { hits, misses, stale = 0, bytes = 0, ageMsSum = 0 } = found;
  if (hits === undefined || misses === undefined) return null;
  const delta = { hits, stale, misses, bytes, ageMsSum };
  return isNothing(delta) ? null : delta;
}
