import { describe, it } from "vitest";

import { graphRead as readGraph, graphWrite } from "../../../core/feed/usecases/graph.ts";
import type { Call } from "../../../core/feed/call.ts";
import { userWrites } from "../../../core/feed/writes.ts";
import { logicalShard } from "../../../core/ids.ts";
import { err, ok } from "../../../core/result.ts";
import { toGraphJson } from "../../../core/tao/graph-wire.ts";
import { codeOf, FeedWorld, must } from "../../fakes/feed-world.ts";

const away = async () =>
  err({ code: "unavailable", dependency: "follower", retryAfterMs: 1 } as const);
const graphRead = (call: Call, body: string) => readGraph(call, body, away);
const shard = 77_777;
const user = (handle: string) =>
  userWrites(logicalShard(shard), { handle, name: handle, bio: "", avatar: null, createdAtMs: 5 });

describe("the operator's graph", () => {
  it("writes batches in order, each for itself, and reads them back", async ({ expect }) => {
    const world = new FeedWorld();
    const follow = { op: "assocAdd", id1: "$0", atype: 1, id2: "$1", timeMs: 9 };
    const batches = [
      { shard, opId: "one", writes: [...user("aa"), ...user("bb"), follow] },
      { shard, opId: "two", writes: [{ ...follow, id1: "1" }] },
      ...Array.from({ length: 20 }, (_, i) => ({ shard, opId: `n${i}`, writes: user(`u${i}`) })),
    ];
    const body = toGraphJson({ batches });
    const answer = JSON.parse(await must(graphWrite(world.as(null), body)));
    expect(answer.batches).toHaveLength(22);
    const [first, second, ...others] = answer.batches;
    expect(first).toMatchObject({
      ok: true,
      replayed: false,
      results: [{ changed: true }, {}, {}],
    });
    expect(second).toMatchObject({ ok: false, error: { code: "invalid_request" } });
    expect(others.every((batch: { ok: boolean }) => batch.ok)).toBe(true);
    const again = JSON.parse(await must(graphWrite(world.as(null), body)));
    expect(again.batches[0]).toEqual({ ...first, replayed: true });

    const [a, b] = first.results.map((result: { id: string }) => result.id);
    const reads = [
      { op: "objGet", id: a },
      { op: "assocRange", id1: a, atype: 1, after: null, limit: 5 },
      { op: "assocCount", id1: b, atype: 2 },
      { op: "objGet", id: others[19].results[0].id },
    ];
    const read = JSON.parse(await must(graphRead(world.as(null), JSON.stringify({ reads }))));
    expect(read.results).toMatchObject([
      { object: { id: a } },
      { assocs: [{ id1: a, id2: b, timeMs: 9 }], more: false },
      { count: 1 },
      { object: { data: expect.stringContaining('"u19"') } },
    ]);
  });

  it.for([
    ["", "body"],
    ["{", "body"],
    ["[]", "body"],
    ['{"batches":[]}', "batches"],
    [
      '{"batches":[{"shard":-1,"opId":null,"writes":[{"op":"objDelete","id":"1"}]}]}',
      "batches.0.shard",
    ],
    [
      '{"batches":[{"shard":1,"opId":null,"writes":[{"op":"objDelete","id":"x"}]}]}',
      "batches.0.writes.0.id",
    ],
  ] as const)("refuses %j, naming %s", async ([body, field], { expect }) => {
    const refused = await graphWrite(new FeedWorld().as(null), body);
    expect(refused).toMatchObject({ ok: false, error: { code: "invalid_request", field } });
    expect(await codeOf(graphRead(new FeedWorld().as(null), body))).toBe("invalid_request");
  });

  it("asks a given follower only for what it has, and says how stale that is", async ({
    expect,
  }) => {
    const asked: unknown[] = [];
    const pinned = async (...request: unknown[]) => {
      asked.push(request);
      return ok({ results: [], staleMs: 70_000 });
    };
    const read = (follower: unknown, more = {}) => {
      const body = { reads: [{ op: "objGet", id: "9" }], follower, ...more };
      return readGraph(new FeedWorld().as(null), JSON.stringify(body), pinned);
    };
    expect(await must(read({ region: "apac", replica: 1 }))).toBe('{"results":[],"staleMs":70000}');
    expect(asked).toEqual([[{ region: "apac", replica: 1 }, [{ op: "objGet", id: 9n }]]]);
    expect(await codeOf(read({ region: "apac" }, { consistency: "leader" }))).toBe(
      "invalid_request",
    );
    expect(await codeOf(read({ region: "apac", replica: -1 }))).toBe("invalid_request");
    expect(await codeOf(read({ region: "apac", shard: 1 }))).toBe("invalid_request");
    expect(asked).toHaveLength(1);
  });
});
