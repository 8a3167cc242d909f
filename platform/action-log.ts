import type { ActionLog, OperatorAction } from "../core/ops/actions.ts";

const PREFIX = "ops/actions/";

/**
 * One object an action, in R2, because it answers while Durable Objects do not. Its metadata holds the whole
 * entry, so that one listing reads them all; keys sort the newest first.
 */
export const r2ActionLog = (bucket: Pick<R2Bucket, "list" | "put">): ActionLog => ({
  list: async (limit) => {
    const { objects } = await bucket.list({ prefix: PREFIX, limit, include: ["customMetadata"] });
    return objects.flatMap(({ customMetadata }) => {
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
