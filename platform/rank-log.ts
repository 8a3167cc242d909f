import type { RankLog } from "../core/ranking/log-schemas.ts";
import { RANK_LOG_PREFIX } from "../core/ranking/log-segment.ts";

/** Where the training log lies, for whoever reads it. */
export interface RankLogStore {
  list(after: string | undefined): Promise<RankLog>;
  /** null: there is no such segment. */
  read(key: string): Promise<string | null>;
}

export const r2RankLog = (bucket: Pick<R2Bucket, "list" | "get">): RankLogStore => ({
  list: async (after) => {
    const options = { prefix: RANK_LOG_PREFIX, ...(after !== undefined && { startAfter: after }) };
    const { objects, truncated } = await bucket.list(options);
    return {
      items: objects.map(({ key, size, uploaded }) => ({
        key,
        bytes: size,
        writtenMs: uploaded.getTime(),
      })),
      more: truncated,
    };
  },
  read: async (key) => (await (await bucket.get(key))?.text()) ?? null,
});
