import type { ActionLog, OperatorAction } from "../core/ops/actions.ts";

const PREFIX = "ops/actions/";
/** Calls of R2 for one list: a hundred entries at their longest are some of its answers. */
const LISTS_MAX = 10;

/**
 * One object an action, in R2, because it answers while Durable Objects do not. Its metadata holds the whole
 * entry, so that one listing reads them all; keys sort the newest first.
 */
export const r2ActionLog = (bucket: Pick<R2Bucket, "list" | "put">): ActionLog => ({
  list: async (limit) => {
    const found: R2Object[] = [];
    let cursor: string | undefined;
    // With metadata R2 answers with fewer than asked for, as it likes.
    for (let asked = 0; asked < LISTS_MAX && found.length < limit; asked++) {
      const page = await bucket.list({
        prefix: PREFIX,
        limit: limit - found.length,
        include: ["customMetadata"],
        ...(cursor !== undefined && { cursor }),
      });
      found.push(...page.objects);
      if (!page.truncated) break;
      ({ cursor } = page);
    }
    return found.flatMap(({ customMetadata }) => {
      const entry = customMetadata?.["entry"];
      return entry === undefined ? [] : [JSON.parse(decodeURIComponent(entry)) as OperatorAction];
    });
  },
  write: async (action) => {
    const entry = JSON.stringify(action);
    // Metadata travels as a header: letters beyond ASCII would not arrive.
    const customMetadata = { entry: encodeURIComponent(entry) };
    await bucket.put(`${PREFIX}${action.id}.json`, entry, { customMetadata });
  },
});
