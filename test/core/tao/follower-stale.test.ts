import { it } from "vitest";

import type { Failure } from "../../../core/errors.ts";
import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { err } from "../../../core/result.ts";
import { Follower } from "../../../core/tao/follower.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { decodeUnionResponse, encodeUnionRequest } from "../../../core/tao/union.ts";
import type { Version } from "../../../core/tao/version.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

const AWAY: Failure = { code: "unavailable", dependency: "leader", retryAfterMs: 7 };

/** A follower with one object cached, whose leader can go away. */
async function withLeader() {
  const world = await GraphWorld.create(1);
  world.pushesAreLost = true;
  const [id, cold] = [await world.addUser(0, "before"), await world.addUser(0)];
  const state = { isAway: false, pulls: 0, fills: 0, fillTakesMs: 0 };
  const leader = world.leader(0);
  const follower = new Follower("follower:0:apac:0", {
    clock: world.clock,
    leader: {
      fill: async (by, request) => {
        state.fills++;
        world.clock.advance(state.fillTakesMs);
        return state.isAway ? err(AWAY) : leader.fill(by, request);
      },
      pull: async (by, after) => {
        state.pulls++;
        if (state.isAway) throw new Error("gone");
        return leader.pull(by, after);
      },
      read: async (request) => (state.isAway ? err(AWAY) : leader.read(request)),
    },
    report: () => {},
  });
  const ask = (of: Id, atLeast: Version | null = null, allowStale = false) =>
    follower.read({ reads: [{ op: "objGet", id: of }], atLeast, allowStale });
  const first = unwrap(await ask(id));
  return { world, follower, state, ask, id, cold, at: first.at };
}

it("serves what is older than the TTL, marked with its age, while the leader is away", async ({
  expect,
}) => {
  const { world, state, ask, id } = await withLeader();
  state.isAway = true;
  world.clock.advance(LIMITS.followerTtlMs - 1);
  expect(unwrap(await ask(id)), "within the bound").not.toHaveProperty("staleMs");
  world.clock.advance(1);
  expect(unwrap(await ask(id))).toMatchObject({ staleMs: LIMITS.followerTtlMs });
  world.clock.advance(5_000);
  expect(unwrap(await ask(id))).toMatchObject({ staleMs: LIMITS.followerTtlMs + 5_000 });
});

it("serves it up to a bound, and refuses then", async ({ expect }) => {
  const { world, state, ask, id } = await withLeader();
  state.isAway = true;
  world.clock.advance(LIMITS.staleServeMsMax - 1);
  expect(unwrap(await ask(id))).toHaveProperty("staleMs");
  world.clock.advance(1);
  expect(await ask(id)).toMatchObject({ ok: false, error: { code: "unavailable" } });
});

it("asks a leader that is away once a second, whoever reads", async ({ expect }) => {
  const { world, state, ask, id, follower } = await withLeader();
  state.isAway = true;
  world.clock.advance(LIMITS.followerTtlMs);
  for (let i = 0; i < 20; i++) unwrap(await ask(id));
  expect(state.pulls).toBe(1);
  world.clock.advance(LIMITS.leaderRetryMs);
  unwrap(await ask(id));
  expect(state.pulls).toBe(2);
  expect(await follower.stats()).toMatchObject({
    stale: 21,
    pulls: 2,
    ageMs: LIMITS.followerTtlMs + LIMITS.leaderRetryMs,
  });
});

it("is fresh again as soon as the leader answers", async ({ expect }) => {
  const { world, state, ask, id } = await withLeader();
  state.isAway = true;
  world.clock.advance(LIMITS.followerTtlMs);
  unwrap(await ask(id));
  state.isAway = false;
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  world.clock.advance(LIMITS.leaderRetryMs);
  const answer = unwrap(await ask(id));
  expect(answer).not.toHaveProperty("staleMs");
  expect(answer.results).toMatchObject([{ object: { data: expect.stringContaining("after") } }]);
});

it("refuses a ticket that it cannot reach, unless the reader allows a marked answer", async ({
  expect,
}) => {
  const { world, state, ask, id, at } = await withLeader();
  await world.write(0, [{ op: "objUpdate", id, patch: '{"name":"after"}' }]);
  const newer = { epoch: at.epoch, seq: at.seq + 1 };
  state.isAway = true;
  world.clock.advance(1_000);
  expect(await ask(id, newer)).toMatchObject({
    ok: false,
    error: { code: "unavailable", dependency: "leader", retryAfterMs: LIMITS.overloadRetryMs },
  });
  expect(unwrap(await ask(id, newer, true)), "even within the TTL").toMatchObject({
    staleMs: 1_000,
    results: [{ object: { data: expect.stringContaining("before") } }],
  });
  expect(unwrap(await ask(id, at)), "a ticket that is satisfied").not.toHaveProperty("staleMs");
  world.clock.advance(LIMITS.followerTtlMs);
  expect(unwrap(await ask(id, at)), "and past the TTL").toHaveProperty("staleMs");
});

it("refuses misses while the leader is away", async ({ expect }) => {
  const { world, state, ask, cold } = await withLeader();
  state.isAway = true;
  world.clock.advance(LIMITS.followerTtlMs);
  expect(await ask(cold, null, true)).toEqual({ ok: false, error: AWAY });
});

it("marks a merged page too", async ({ expect }) => {
  const { world, follower, state, id } = await withLeader();
  const text = encodeUnionRequest({
    id1s: [id],
    atype: ASSOC.mutes,
    after: null,
    limit: 5,
    counts: [],
    atLeast: null,
  });
  expect(decodeUnionResponse(unwrap(await follower.union(text)))).toMatchObject({ staleMs: null });
  state.isAway = true;
  world.clock.advance(LIMITS.followerTtlMs);
  expect(decodeUnionResponse(unwrap(await follower.union(text)))).toMatchObject({
    staleMs: LIMITS.followerTtlMs,
  });
});

it("marks a page whose lists were taken before the leader came back", async ({ expect }) => {
  const { world, follower, state, id, cold } = await withLeader();
  const edge = { id1: id, atype: ASSOC.mutes, id2: cold };
  await world.write(0, [{ op: "assocAdd", ...edge, timeMs: 1, data: "" }]);
  const range = { op: "assocRange", id1: id, atype: ASSOC.mutes, after: null, limit: 5 } as const;
  unwrap(await follower.read({ reads: [range], atLeast: null }));
  const deletion = { writes: [{ op: "assocDelete", ...edge }], opId: null } as const;
  const { at } = unwrap(await world.leader(0).write(deletion));
  world.clock.advance(1_000);
  state.isAway = true;
  state.fillTakesMs = LIMITS.leaderRetryMs;
  const union = { id1s: [id], atype: ASSOC.mutes, after: null, limit: 5, counts: [] };
  const asked = follower.union(encodeUnionRequest({ ...union, atLeast: at, allowStale: true }));
  state.isAway = false;
  const page = decodeUnionResponse(unwrap(await asked));
  expect(state, "away for the list, back for the muted account").toMatchObject({ pulls: 2 });
  expect(page.entries.map(({ id2 }) => id2)).toEqual([cold]);
  expect(page.staleMs).toBe(1_000);
});

it("answers a ticket past the end of the log: what it names was never committed", async ({
  expect,
}) => {
  const { ask, id, at, state } = await withLeader();
  const beyond = { epoch: at.epoch, seq: at.seq + 100 };
  expect(unwrap(await ask(id, beyond))).not.toHaveProperty("staleMs");
  expect(state.pulls, "the second pull is surely younger than the ticket").toBe(2);
});

it("does not believe a leader of an epoch that the ticket has left behind", async ({ expect }) => {
  const { ask, follower, id, cold, at } = await withLeader();
  const later = { epoch: at.epoch + 1, seq: 1 };
  const refused = { ok: false, error: { code: "unavailable", dependency: "leader" } };
  expect(await ask(id, later)).toMatchObject(refused);
  expect(await ask(cold, later), "nor its fills").toMatchObject(refused);
  const union = { id1s: [id], atype: ASSOC.mutes, after: null, limit: 5, counts: [] };
  const page = follower.union(encodeUnionRequest({ ...union, atLeast: later }));
  expect(await page, "nor its pages").toMatchObject(refused);
  expect(unwrap(await ask(id, later, true)), "but marks it").toHaveProperty("staleMs");
});

it("takes a ticket of an earlier epoch for satisfied", async ({ expect }) => {
  const { ask, id, at, state } = await withLeader();
  unwrap(await ask(id, { epoch: at.epoch - 1, seq: at.seq + 100 }));
  expect(state.pulls).toBe(0);
});
