import { it } from "vitest";

import { actionId, type OperatorAction } from "../../core/ops/actions.ts";
import { r2ActionLog } from "../../platform/action-log.ts";

const actions = [3, 2, 1].map((n): OperatorAction => ({
  id: actionId(1_800_000_000_000 + n, 0.5),
  atMs: 1_800_000_000_000 + n,
  who: "carol",
  action: "moveShard",
  target: "shard 3 to apac",
  reason: "to see",
  outcome: "done",
}));

/** R2 as it answers a list with metadata: fewer than asked for, at its own discretion. */
function stingyBucket(perList: number) {
  let lists = 0;
  const list = async ({ cursor = "0", limit = 1_000 }: R2ListOptions = {}): Promise<R2Objects> => {
    lists++;
    const from = Number(cursor);
    const until = from + Math.min(limit, perList);
    const objects = actions.slice(from, until).map((action) => ({
      customMetadata: { entry: encodeURIComponent(JSON.stringify(action)) },
    })) as unknown as R2Object[];
    const rest = { delimitedPrefixes: [], objects };
    return until < actions.length
      ? { ...rest, truncated: true, cursor: String(until) }
      : { ...rest, truncated: false };
  };
  const put = () => Promise.reject(new Error("not asked for"));
  return { bucket: { list, put: put as R2Bucket["put"] }, lists: () => lists };
}

it("lists as many as asked for, though R2 answers with fewer at a time", async ({ expect }) => {
  const { bucket } = stingyBucket(1);
  expect(await r2ActionLog(bucket).list(2)).toEqual(actions.slice(0, 2));
  expect(await r2ActionLog(bucket).list(10)).toEqual(actions);
});

it("does not go on for ever where R2 has none to give", async ({ expect }) => {
  const { bucket, lists } = stingyBucket(0);
  expect(await r2ActionLog(bucket).list(2)).toEqual([]);
  expect(lists()).toBeLessThanOrEqual(10);
});
