import { LIMITS } from "../core/limits.ts";
import { inTime } from "./in-time.ts";

/**
 * Where entries of an audit log go that its keeper has no room for: JSON lines, one object per batch, named
 * by its first and last entry, so that a batch that is kept twice is one object all the same.
 */
export const auditArchive =
  (bucket: Pick<R2Bucket, "put">, log: string) =>
  async (entries: readonly { readonly seq: number }[]): Promise<void> => {
    const [first, last] = [entries.at(0)?.seq ?? 0, entries.at(-1)?.seq ?? 0];
    const key = `audit/${log}/${padded(first)}-${padded(last)}.jsonl`;
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    await inTime(LIMITS.registerTimeoutMs, "the archive", () => bucket.put(key, text));
  };

const padded = (seq: number): string => String(seq).padStart(12, "0");
