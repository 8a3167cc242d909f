import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { it } from "vitest";

import { newRolloutSchema } from "../../core/rollout/rollout.ts";
import {
  ROLLOUT_REGISTER,
  type RolloutRegionService,
  rolloutRegionName,
} from "../../core/rollout/service.ts";
import { SqlRegisterTable } from "../../durable-objects/rollout-rows.ts";

const register = () => env.ROLLOUT_REGISTER.getByName(ROLLOUT_REGISTER);
const copy = () => env.ROLLOUT_REGION.getByName(rolloutRegionName("eu-west"));
/** The runtime's types do not know that what a rollout sets is JSON. */
const asked = () => copy() as unknown as RolloutRegionService;
const { reason, ...WANTED } = newRolloutSchema.parse({
  id: "pages",
  flag: "feed.page-max",
  treatment: 10,
  reason: "a test",
});
const by = (opId: string | null) => ({ who: "ada", opId });
const START = { action: "start", revision: 1, reason: "go" } as const;
const NOTHING = { counts: [], viewers: [] };

it("keeps rollouts, counts and the audit log over evictions, and does nothing twice", async ({
  expect,
}) => {
  await register().create(WANTED, reason, by("key-1"));
  const started = await register().act("pages", START, by("key-2"));
  expect(started).toMatchObject({ value: { revision: 2, phase: { at: "running", stage: 0 } } });
  await register().exchange("eu-west", {
    revision: 2,
    deltas: [
      {
        id: "pages",
        stage: 0,
        control: { counts: [[0, 7]], viewers: [[3, 2]] },
        treatment: NOTHING,
      },
    ],
  });
  await runDurableObjectAlarm(register());
  await evictDurableObject(register());
  expect(await register().act("pages", START, by("key-2"))).toMatchObject({
    value: { revision: 2 },
  });
  expect(await register().list()).toMatchObject({
    value: {
      revision: 2,
      rollouts: [{ id: "pages", seen: { control: { pages: 7 }, treatment: { pages: 0 } } }],
      audit: [
        { seq: 2, action: "start", before: 1, after: 2 },
        { seq: 1, action: "create", before: null, after: 1 },
      ],
    },
  });
});

it("answers isolates from the region's copy, which outlives its own eviction", async ({
  expect,
}) => {
  const first = await asked().exchange({ revision: null, deltas: [] });
  expect(first.document).toMatchObject({ revision: 2, rollouts: [{ id: "pages" }] });
  expect(await asked().exchange({ revision: 2, deltas: [] })).toEqual({ document: null });
  await evictDurableObject(copy());
  await runInDurableObject(copy(), async (_, state) => {
    expect(state.storage.kv.get("document")).toEqual(first.document);
  });
});

it("moves entries of the audit log out, and finds operations by their key until then", async ({
  expect,
}) => {
  const other = env.ROLLOUT_REGISTER.getByName("another");
  await runInDurableObject(other, async (_, state) => {
    const table = new SqlRegisterTable(state.storage.sql);
    const draft = {
      atMs: 1,
      who: "ada",
      reason: "go",
      action: "pause",
      rollout: "pages",
      flag: "feed.page-max",
      before: 1,
      after: 2,
      from: "running 1",
      to: "paused 1",
    } as const;
    const done = { opId: "ada key", fingerprint: "f", rollout: "pages" };
    table.save({ revision: 2, rollouts: [] }, [draft, draft], done);
    expect(table.done("ada key")).toEqual(done);
    expect(table.oldest(1)).toEqual([{ seq: 1, ...draft }]);
    table.forget(1);
    expect([table.auditSize(), table.done("ada key")]).toEqual([1, null]);
    table.save({ revision: 3, rollouts: [] }, [draft], null);
    // A number that was given away is never given again.
    expect(table.audit(5).map(({ seq }) => seq)).toEqual([3, 2]);
    expect(table.load()).toEqual({ document: { revision: 3, rollouts: [] }, stages: [] });
  });
});
