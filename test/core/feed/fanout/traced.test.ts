import { it } from "vitest";

import { fanoutConsumer } from "../../../../core/feed/fanout/log-consumer.ts";
import type { GraphEvent } from "../../../../core/feed/fanout/events.ts";
import { decodeEvent, encodeEvent } from "../../../../core/feed/fanout/work.ts";
import { postWrites } from "../../../../core/feed/writes.ts";
import { groupOf } from "../../../../core/tao/log-consumers.ts";
import { decodeRecord, encodeRecord } from "../../../../core/tao/log-wire.ts";
import { GraphWorld, unwrap } from "../../../fakes/graph-world.ts";
import { id, newWorld } from "./author-world.ts";

const trace = { trace: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7", state: "a=1" };

it("is followed from its plan to every chunk that is delivered; other posts are not", async ({
  expect,
}) => {
  const { world, post, accept } = newWorld();
  await accept([{ ...post(10), trace }, post(11)]);
  await world.quiesce();
  const [plan, ...delivered] = world.spans;
  expect(plan).toMatchObject({
    trace: trace.trace,
    parent: trace.span,
    name: "fanout plan",
    outcome: "push",
    detail: `post ${id(10)}, 1 chunks`,
  });
  expect(delivered).toEqual([
    expect.objectContaining({
      trace: trace.trace,
      parent: plan?.span,
      name: "fanout deliver",
      outcome: "ok",
    }),
  ]);
  expect(delivered[0]?.detail).toMatch(
    /^shard 0 chunk \d+: [1-9]\d* named, \d+ active, \d+ calls$/,
  );
});

it("is told as it failed, each time that its chunk is tried", async ({ expect }) => {
  const { world, post, accept } = newWorld();
  world.faults.bucketFails = 1;
  await accept([{ ...post(10), trace }]);
  await world.idle();
  await world.consume();
  expect(world.spans.map(({ outcome }) => outcome)).toEqual([
    "push",
    expect.stringMatching(/unavailable$/),
  ]);
});

it("goes from the write to its events by memory alone", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const author = await world.addUser(0);
  const createdAtMs = world.clock.nowMs();
  const fields = { author, text: "x", audience: "public", media: [], createdAtMs } as const;
  for (const traced of [{ trace }, {}])
    unwrap(await world.leader(0).write({ writes: postWrites(fields), opId: null, ...traced }));
  const records = world
    .store(0)
    .commits.flatMap((commit) => commit.records)
    .slice(-2);

  const told: GraphEvent[] = [];
  const consumer = fanoutConsumer({
    accept: async (events, upTo) => {
      told.push(...events);
      return upTo;
    },
  });
  await consumer.deliver(groupOf({ epoch: 1, seq: 0 }, records));
  const posted = told.filter(({ kind }) => kind === "posted");
  expect(posted.map((event) => event.trace)).toEqual([trace, undefined]);
  expect(posted.map((event) => decodeEvent(encodeEvent(event)))).toEqual(posted);
  expect(records.map((record) => decodeRecord(encodeRecord(record)).trace)).toEqual([
    undefined,
    undefined,
  ]);
});
