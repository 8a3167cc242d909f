import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { ok } from "../../../core/result.ts";
import { Follower } from "../../../core/tao/follower.ts";
import { FollowerCache } from "../../../core/tao/follower-cache.ts";
import { View } from "../../../core/tao/follower-view.ts";
import { ASSOC, OBJECT } from "../../../core/tao/registry.ts";
import type { FillRequest, FillResponse } from "../../../core/tao/service.ts";
import { encodeUnionRequest } from "../../../core/tao/union.ts";
import type { Version } from "../../../core/tao/version.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";
import { unwrap } from "../../fakes/graph-world.ts";

const [A, B] = [11n as Id, 12n as Id];
const version = (epoch: number, seq: number): Version => ({ epoch, seq });

/** A leader that says of every object in which epoch it was read. */
function scripted(start: Version) {
  const state = { at: start, asked: 0, tail: null as Version | null };
  const fill = (request: FillRequest): FillResponse => ({
    objects: request.objects.map((id) => ({
      id,
      otype: OBJECT.user,
      data: `epoch ${state.at.epoch}`,
      version: state.at,
    })),
    lists: request.lists.map(() => ({ count: 0, version: null, assocs: [] })),
    points: [],
    at: state.at,
  });
  const clock = new ManualClock(1_000_000);
  const reports: string[] = [];
  const follower = new Follower("follower:0:apac:0", {
    clock,
    leader: {
      fill: async (_, request) => {
        state.asked += request.objects.length;
        return ok(fill(request));
      },
      pull: async (_, after) =>
        ok(after.epoch === state.at.epoch ? { records: [], head: state.at } : null),
      read: async () => ok({ results: [], at: state.at }),
    },
    report: (event) => reports.push(event),
  });
  const texts = async (...ids: Id[]) => {
    const reads = ids.map((id) => ({ op: "objGet", id }) as const);
    const { results, at } = unwrap(await follower.read({ reads, atLeast: null }));
    return [...results.map((result) => (result.op === "objGet" ? result.object?.data : null)), at];
  };
  return { state, follower, clock, reports, texts };
}

it("drops everything as soon as a fill tells of a newer epoch", async ({ expect }) => {
  const { state, texts } = scripted(version(1, 100));
  await texts(A);
  state.at = version(2, 50);
  expect(await texts(B)).toEqual(["epoch 2", version(2, 50)]);
  expect(await texts(A), "read again, although it was cached").toEqual(["epoch 2", version(2, 50)]);
});

it("shows no reader a mixture of two epochs", async ({ expect }) => {
  const { state, texts } = scripted(version(1, 100));
  await texts(A);
  state.at = version(2, 50);
  expect(await texts(A, B)).toEqual(["epoch 2", "epoch 2", version(2, 50)]);
});

it("drops everything when a pull finds another epoch, by a ticket say", async ({ expect }) => {
  const { state, follower, texts } = scripted(version(1, 100));
  await texts(A);
  state.at = version(2, 50);
  const read = { op: "objGet", id: A } as const;
  const answer = unwrap(await follower.read({ reads: [read], atLeast: version(2, 1) }));
  expect(answer).toMatchObject({ results: [{ object: { data: "epoch 2" } }], at: version(2, 50) });
});

it("refuses what a leader of an earlier epoch still answers", async ({ expect }) => {
  const { state, follower, texts } = scripted(version(2, 50));
  await texts(A);
  state.at = version(1, 900);
  const read = { op: "objGet", id: B } as const;
  expect(await follower.read({ reads: [read], atLeast: null })).toMatchObject({
    ok: false,
    error: { code: "unavailable" },
  });
  expect(await texts(A)).toEqual(["epoch 2", version(2, 50)]);
});

it("takes a pushed record of another epoch for a gap", async ({ expect }) => {
  const { follower, reports, texts } = scripted(version(1, 100));
  await texts(A);
  const record = {
    epoch: 2,
    opId: null,
    timeMs: 0,
    entries: [
      {
        seq: 101,
        prev: null,
        mutation: { kind: "object", id: B, otype: OBJECT.user, data: "x" },
      } as const,
    ],
  };
  await follower.push({ after: version(1, 100), records: [record], head: version(2, 101) });
  expect(reports).toEqual(["push_not_applied"]);
  expect(await follower.stats()).toMatchObject({ applied: null, entries: 0 });
});

it("keeps fills of one epoch in a reader's view, whatever their order", ({ expect }) => {
  const of = (epoch: number, id: Id): [FillRequest, FillResponse] => [
    { objects: [id], lists: [], points: [] },
    { objects: [null], lists: [], points: [], at: version(epoch, 9) },
  ];
  const newerLast = new View(new FollowerCache(0));
  newerLast.add(...of(1, A));
  newerLast.add(...of(2, B));
  expect([newerLast.object(A), newerLast.object(B)]).toEqual([undefined, null]);
  const newerFirst = new View(new FollowerCache(0));
  newerFirst.add(...of(2, B));
  newerFirst.add(...of(1, A));
  expect([newerFirst.object(A), newerFirst.object(B)]).toEqual([undefined, null]);
});

it("has no page for a ticket of an epoch that its leader does not know yet", async ({ expect }) => {
  const { follower } = scripted(version(1, 100));
  const union = { id1s: [A], atype: ASSOC.mutes, after: null, limit: 5, counts: [] };
  const text = encodeUnionRequest({ ...union, atLeast: version(2, 1) });
  expect(await follower.union(text)).toMatchObject({ ok: false, error: { code: "unavailable" } });
  const reads = [{ op: "objGet", id: A } as const];
  expect(await follower.read({ reads, atLeast: version(2, 1) })).toMatchObject({ ok: false });
  const after = { timeMs: 5, id2: B };
  const deep = { op: "assocRange", id1: A, atype: ASSOC.mutes, after, limit: 5 } as const;
  const fresh = scripted(version(1, 100)).follower;
  expect(await fresh.read({ reads: [deep], atLeast: version(2, 1) })).toMatchObject({ ok: false });
  expect(await fresh.read({ reads: [deep], atLeast: version(1, 999) })).toMatchObject({ ok: true });
});

it("tells how new a page straight from the leader may be", async ({ expect }) => {
  const { state, follower, texts } = scripted(version(1, 100));
  await texts(A);
  state.at = version(1, 200);
  const after = { timeMs: 5, id2: B };
  const deep = { op: "assocRange", id1: B, atype: ASSOC.mutes, after, limit: 5 } as const;
  const { at } = unwrap(await follower.read({ reads: [deep], atLeast: null }));
  expect(at).toEqual(version(1, 200));
});
