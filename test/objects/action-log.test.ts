import { env } from "cloudflare:workers";
import { it } from "vitest";

import { LIMITS } from "../../core/limits.ts";
import { actionId, type OperatorAction } from "../../core/ops/actions.ts";
import { r2ActionLog } from "../../platform/action-log.ts";

const AT_MS = 1_800_000_000_000;
const actionAt = (atMs: number, more: Partial<OperatorAction> = {}): OperatorAction => ({
  id: actionId(atMs, 0.5),
  atMs,
  who: "carol",
  action: "moveShard",
  target: "shard 3 to apac",
  reason: "to see",
  outcome: "asked",
  ...more,
});

it("lists the newest first, as they ended, in any script and at their longest", async ({
  expect,
}) => {
  const log = r2ActionLog(env.REGISTER);
  const longest = actionAt(AT_MS + 1, {
    who: "漢".repeat(LIMITS.opsWhoCharsMax),
    reason: "字".repeat(LIMITS.opsReasonCharsMax),
  });
  const [old, last] = [actionAt(AT_MS), actionAt(AT_MS + 1_000)];
  for (const action of [old, last, longest]) await log.write(action);
  const done = { ...old, outcome: "done" };
  await log.write(done);
  expect(await log.list(10)).toEqual([last, longest, done]);
  expect(await log.list(1)).toEqual([last]);
});
