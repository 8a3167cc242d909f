import { describe, it } from "vitest";

import {
  deadLetters,
  fanoutPost,
  fanoutPostSchema,
  fanoutReport,
  fanoutReportSchema,
  replayDead,
  replaySchema,
} from "../../../../core/feed/fanout/admin.ts";
import type { FanoutShardService } from "../../../../core/feed/fanout/service.ts";
import type { Id } from "../../../../core/ids.ts";
import { posted } from "../../../fakes/fanout-events.ts";
import { FanoutWorld } from "../../../fakes/fanout-world.ts";
import { SeededRandom } from "../../../../sim/random.ts";

const AUTHOR = 9_007_199_254_740_993n as Id;
const POST = 9_007_199_254_740_995n as Id;

/** Two shards of which the second is away; the first has a post that it could not spread. */
async function newPorts() {
  const world = new FanoutWorld(new SeededRandom(1));
  world.audiences.set(POST, "public");
  world.faults.bucketFails = 1;
  const event = posted(POST, AUTHOR, world.clock.nowMs());
  await world.fanout.accept([event], event.at);
  await world.quiesce();
  const away = new Proxy({} as FanoutShardService, {
    get: () => () => Promise.reject(new Error("away")),
  });
  const ports = {
    shards: [0, 1],
    shardOf: () => 0,
    fanout: (shard: number) => (shard === 0 ? world.fanout : away),
    inTime: <T>(call: Promise<T>) => call,
  };
  return { world, ports, alone: { ...ports, shards: [0] } };
}

describe("what operators see of fan-out", () => {
  it("is each shard's state, and which could not be asked", async ({ expect }) => {
    const { ports } = await newPorts();
    const report = await fanoutReport(ports);
    if (!report.ok) throw new Error(report.error.code);
    expect(fanoutReportSchema.parse(report.value)).toEqual(report.value);
    expect(report.value.shards).toMatchObject([
      { shard: 0, dead: 1, outstanding: 0, failure: null },
      { shard: 1, failure: "unavailable" },
    ]);
  });

  it("is one post's way, or that there is none", async ({ expect }) => {
    const { ports } = await newPorts();
    const found = await fanoutPost(ports, `${POST}`);
    if (!found.ok) throw new Error(found.error.code);
    expect(fanoutPostSchema.parse(found.value)).toEqual(found.value);
    expect(found.value).toMatchObject({ post: `${POST}`, author: `${AUTHOR}`, doneMs: null });
    for (const other of ["1", "no id"])
      expect(await fanoutPost(ports, other)).toMatchObject({ error: { code: "not_found" } });
  });

  it("is what was put aside, which they may send again", async ({ expect }) => {
    const { world, ports, alone } = await newPorts();
    expect(await deadLetters(ports)).toMatchObject({
      value: {
        items: [{ shard: 0, chunk: 1, post: `${POST}`, tries: 10 }],
        away: [{ shard: 1, why: "unavailable" }],
      },
    });
    world.faults.bucketFails = 0;
    expect(await replayDead(ports, { shard: 2 })).toMatchObject({ error: { code: "not_found" } });
    expect(await replayDead(ports, { shard: 0, chunks: [9] })).toEqual({
      ok: true,
      value: { replayed: 0 },
    });
    expect(await replayDead(alone, {})).toEqual({ ok: true, value: { replayed: 1 } });
    await world.quiesce();
    expect(await deadLetters(alone)).toEqual({ ok: true, value: { items: [], away: [] } });
  });

  it("names the shard when it names chunks", ({ expect }) => {
    expect(replaySchema.safeParse({ chunks: [1], reason: "r" }).success).toBe(false);
    expect(replaySchema.safeParse({ shard: 0, chunks: [1], reason: "r" }).success).toBe(true);
    expect(replaySchema.safeParse({ reason: "r" }).success).toBe(true);
  });
});
