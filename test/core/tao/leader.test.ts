import { it } from "vitest";

import { followEdge } from "../../../core/feed/writes.ts";
import { type Id, logicalShard } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ASSOC, OBJECT } from "../../../core/tao/registry.ts";
import { resultId, type Write } from "../../../core/tao/types.ts";
import { followersIn, GraphWorld, unwrap } from "../../fakes/graph-world.ts";
import { HeldStore } from "../../fakes/held-store.ts";

it("commits requests that arrive together as one group, each with its own answer", async ({
  expect,
}) => {
  const world = await GraphWorld.create(1);
  const ids = await Promise.all(Array.from({ length: 10 }, () => world.addUser(0)));
  const [first] = ids;
  if (first === undefined) throw new Error("no user");
  const before = world.store(0).commits.length;
  const answers = await Promise.all([
    ...ids
      .slice(1, 9)
      .map((id) => world.leader(0).write({ writes: [followEdge(first, id, 1)], opId: null })),
    world.leader(0).write({ writes: [{ op: "objUpdate", id: 5n as Id, patch: "{}" }], opId: null }),
  ]);
  expect(answers.map((answer) => answer.ok)).toEqual([
    ...Array.from({ length: 8 }, () => true),
    false,
  ]);
  expect(world.store(0).commits.length - before).toBeLessThanOrEqual(2);
});

it("undoes a whole batch when one write fails", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [a, b] = [await world.addUser(0), await world.addUser(0)];
  const answer = await world.leader(0).write({
    writes: [followEdge(a, b, 1), { op: "objUpdate", id: a, patch: '{"name":""}' }],
    opId: null,
  });
  expect(answer).toMatchObject({
    ok: false,
    error: { code: "invalid_request", field: "writes[1].data.name" },
  });
  expect(await followersIn(world, 0, b)).toEqual({ ids: [], count: 0 });
});

it("lets later writes of a batch use the id that an earlier one got", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const author = await world.addUser(0);
  const post = { authorId: `${author}`, text: "hi", audience: "public", media: [], createdAtMs: 5 };
  const results = await world.write(0, [
    { op: "objAdd", otype: OBJECT.post, shard: logicalShard(0), data: JSON.stringify(post) },
    { op: "assocAdd", id1: author, atype: ASSOC.authored, id2: resultId(0), timeMs: 5, data: "" },
  ]);
  expect(results[1]?.id).toBe(results[0]?.id);
});

it.for([
  {
    what: "a derived type",
    write: (a: Id, b: Id): Write => ({ ...followEdge(a, b, 1), atype: ASSOC.followedBy }) as Write,
    field: "writes[0].atype",
  },
  {
    what: "an unknown type",
    write: (a: Id, b: Id): Write => ({ ...followEdge(a, b, 1), atype: 999 }) as Write,
    field: "writes[0].atype",
  },
  {
    what: "a payload where none belongs",
    write: (a: Id, b: Id): Write => ({ ...followEdge(a, b, 1), data: '{"x":1}' }) as Write,
    field: "writes[0].data",
  },
  {
    what: "friends at the larger id",
    write: (a: Id, b: Id): Write => ({ ...followEdge(b, a, 1), atype: ASSOC.friends }) as Write,
    field: "writes[0].id1",
  },
  {
    what: "a payload that is no JSON",
    write: (a: Id, b: Id): Write =>
      ({ ...followEdge(a, b, 1), atype: ASSOC.likes, data: "{" }) as Write,
    field: "writes[0].data",
  },
  {
    what: "a payload of the wrong shape",
    write: (a: Id, b: Id): Write =>
      ({ ...followEdge(a, b, 1), atype: ASSOC.likes, data: '{"kind":"hate"}' }) as Write,
    field: "writes[0].data.kind",
  },
  {
    what: "a later result",
    write: (a: Id): Write => followEdge(a, resultId(3), 1),
    field: "writes[0]",
  },
])("refuses $what and names the field", async ({ write, field }, { expect }) => {
  const world = await GraphWorld.create(1);
  const [a, b] = [await world.addUser(0), await world.addUser(0)];
  const answer = await world.leader(0).write({ writes: [write(a, b)], opId: null });
  expect(answer).toMatchObject({ ok: false, error: { code: "invalid_request", field } });
});

it("refuses an id of another shard", async ({ expect }) => {
  const world = await GraphWorld.create(2);
  const [here, there] = [await world.addUser(0), await world.addUser(1)];
  const answer = await world.leader(1).write({ writes: [followEdge(here, there, 1)], opId: null });
  expect(answer).toMatchObject({
    ok: false,
    error: { code: "invalid_request", field: "writes[0]" },
  });
});

it("bounds a list by its type", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const user = await world.addUser(0);
  const asks = Array.from(
    { length: 1_000 },
    (_, n): Write =>
      ({ ...followEdge(user, BigInt(n + 1) as Id, 1), atype: ASSOC.requested }) as Write,
  );
  await world.write(0, asks);
  const one = await world.leader(0).write({
    writes: [{ ...followEdge(user, 5_000n as Id, 1), atype: ASSOC.requested } as Write],
    opId: null,
  });
  expect(one).toMatchObject({ ok: false, error: { code: "limit_reached", max: 1_000 } });
  const again = await world.leader(0).write({
    writes: [{ ...followEdge(user, 7n as Id, 9), atype: ASSOC.requested } as Write],
    opId: null,
  });
  expect(again.ok, "an edge that exists may still change").toBe(true);
});

it("delivers inverses to another shard once, in order, through repeats and restarts", async ({
  expect,
}) => {
  const world = await GraphWorld.create(2);
  const [a, b] = [await world.addUser(0), await world.addUser(1)];
  world.cutOff.add(1);
  await world.write(0, [followEdge(a, b, 1)]);
  await world.write(0, [{ op: "assocDelete", id1: a, atype: ASSOC.follows, id2: b }]);
  await world.write(0, [followEdge(a, b, 3)]);
  await world.idle();
  expect(await followersIn(world, 1, b)).toEqual({ ids: [], count: 0 });
  expect(unwrap(await world.leader(0).sweep())).toMatchObject({ intents: 3 });

  await world.restartLeader(0);
  world.cutOff.clear();
  await world.ringAlarms();
  expect(await followersIn(world, 1, b)).toEqual({ ids: [a], count: 1 });
  expect(unwrap(await world.leader(0).sweep())).toMatchObject({ intents: 0 });

  // The first edge arrives once more, as after a lost reply.
  const stale = {
    source: { epoch: 1, seq: 1 },
    id1: b,
    atype: ASSOC.followedBy,
    id2: a,
    edge: null,
  };
  unwrap(await world.leader(1).applyInverses(0, [stale]));
  expect(await followersIn(world, 1, b)).toEqual({ ids: [a], count: 1 });
});

it("answers unavailable while its store is away, and goes on where it was", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [a, b] = [await world.addUser(0), await world.addUser(0)];
  world.store(0).isAway = true;
  const refused = await world.leader(0).write({ writes: [followEdge(a, b, 1)], opId: "op" });
  expect(refused).toMatchObject({ ok: false, error: { code: "unavailable", dependency: "store" } });
  world.store(0).isAway = false;
  const retried = unwrap(
    await world.leader(0).write({ writes: [followEdge(a, b, 1)], opId: "op" }),
  );
  expect(retried).toMatchObject({ replayed: false, results: [{ changed: true }] });
});

it("sheds writes beyond its queue", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const [a, b] = [await world.addUser(0), await world.addUser(0)];
  const all = await Promise.all(
    Array.from({ length: LIMITS.writeQueueMax + LIMITS.groupRequestsMax + 50 }, (_, n) =>
      world.leader(0).write({ writes: [followEdge(a, b, n)], opId: null }),
    ),
  );
  const refused = all.filter((answer) => !answer.ok);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({ error: { code: "overloaded" } });
  expect(all.filter((answer) => answer.ok).length).toBeGreaterThanOrEqual(LIMITS.writeQueueMax);
});

it("does not begin what waited longer than anybody waits, while its store hung", async ({
  expect,
}) => {
  const world = await GraphWorld.create(1);
  const [a, b] = [await world.addUser(0), await world.addUser(0)];
  const hung = new HeldStore();
  world.stores[0] = hung;
  await world.restartLeader(0);
  const add = (n: number) =>
    world.leader(0).write({ writes: [followEdge(a, b, n)], opId: `op${n}` });
  hung.holds = "planRows";
  const first = add(1);
  await hung.reached();
  const old = add(2);
  world.clock.advance(1);
  const young = add(3);
  world.clock.advance(LIMITS.leaderTurnMs);
  hung.goOn();
  expect([(await first).ok, await old, (await young).ok]).toEqual([
    true,
    { ok: false, error: { code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs } },
    true,
  ]);
  // Nothing of it happened: the same opId is as good as new.
  expect(unwrap(await add(2))).toMatchObject({ replayed: false });
});

it("compares a replay without its times: a retry is sent later", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const author = await world.addUser(0);
  const post = (createdAtMs: number, text: string): Write[] => [
    {
      op: "objAdd",
      otype: OBJECT.post,
      shard: logicalShard(0),
      data: JSON.stringify({
        authorId: `${author}`,
        text,
        audience: "public",
        media: [],
        createdAtMs,
      }),
    },
    {
      op: "assocAdd",
      id1: author,
      atype: ASSOC.authored,
      id2: resultId(0),
      timeMs: createdAtMs,
      data: "",
    },
  ];
  const first = unwrap(await world.leader(0).write({ writes: post(1, "hello"), opId: "k" }));
  const again = unwrap(await world.leader(0).write({ writes: post(900, "hello"), opId: "k" }));
  expect(again).toEqual({ ...first, replayed: true });
  expect(await world.leader(0).write({ writes: post(1, "other"), opId: "k" })).toMatchObject({
    ok: false,
    error: { code: "idempotency_mismatch" },
  });
});

it("takes a batch's own ids from the objects that it adds, and from nothing else", async ({
  expect,
}) => {
  const world = await GraphWorld.create(2);
  const [a, b, far] = [await world.addUser(0), await world.addUser(0), await world.addUser(1)];
  await world.write(0, [followEdge(a, b, 1)]);
  const ofUpdate = [
    { op: "objUpdate", id: a, patch: "{}" } as const,
    followEdge(resultId(0), far, 1),
  ];
  const ofEdge = [followEdge(a, far, 1), followEdge(resultId(0), b, 1)];
  for (const writes of [ofUpdate, ofEdge]) {
    expect(await world.leader(0).write({ writes, opId: null })).toMatchObject({
      ok: false,
      error: { code: "invalid_request", field: "writes[1]" },
    });
  }
});
