import { describe, it } from "vitest";

import { FanoutGraph } from "../../../../core/feed/fanout/graph.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { ok } from "../../../../core/result.ts";
import { ASSOC, OBJECT } from "../../../../core/tao/registry.ts";
import type { ReadRequest } from "../../../../core/tao/service.ts";
import { evenShardMap } from "../../../../core/tao/shard-map.ts";
import type { Read, ReadResult } from "../../../../core/tao/types.ts";

const [AUTHOR, POST] = [7n as Id, 8n as Id];
const AT = { epoch: 1, seq: 1 };
const readers = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, n) => from + n);

/** A leader of everything: lists by their type, newest first. */
function graphOf(lists: ReadonlyMap<number, readonly number[]>) {
  const calls: ReadRequest[] = [];
  const edgesOf = (atype: number) =>
    (lists.get(atype) ?? []).toReversed().map((n) => ({
      id1: AUTHOR,
      atype,
      id2: BigInt(n) as Id,
      timeMs: n,
      data: "",
      version: AT,
    }));
  const answer = (read: Read): ReadResult => {
    if (read.op === "objGet") {
      const [otype, data] =
        read.id === POST
          ? [OBJECT.post, JSON.stringify({ authorId: String(AUTHOR), audience: "public" })]
          : [OBJECT.user, "{}"];
      return { op: "objGet", object: { id: read.id, otype, data, version: AT } } as ReadResult;
    }
    const edges = edgesOf(read.atype);
    if (read.op === "assocCount") return { op: "assocCount", count: edges.length } as ReadResult;
    if (read.op !== "assocRange") throw new Error(read.op);
    const { after, limit } = read;
    const rest = edges.filter(({ timeMs }) => after === null || timeMs < after.timeMs);
    const assocs = rest.slice(0, limit);
    return { op: "assocRange", assocs, more: rest.length > limit } as unknown as ReadResult;
  };
  const graph = new FanoutGraph({
    map: evenShardMap(1, new Map([["here", 1]])),
    leader: () => ({
      read: async (request) => {
        calls.push(request);
        return ok({ results: request.reads.map(answer), at: AT });
      },
    }),
  });
  return { graph, calls };
}

describe("what fan-out reads of the graph", () => {
  it("is a post with all that decides about it in one call", async ({ expect }) => {
    const { graph, calls } = graphOf(
      new Map([
        [ASSOC.followedBy, readers(100, 103)],
        [ASSOC.friends, readers(200, 202)],
        [ASSOC.likedBy, readers(300, 304)],
        [ASSOC.comments, readers(400, 405)],
        [ASSOC.repostedBy, readers(500, 506)],
      ]),
    );
    expect(await graph.spread(POST, AUTHOR, 5)).toMatchObject({
      ok: true,
      value: {
        followers: 3,
        friends: 2,
        audience: 0,
        few: {
          followers: [102n, 101n, 100n],
          friends: [201n, 200n],
        },
        pushed: { timeMs: 5, cell: { id: POST, reactions: 4, comments: 5, reposts: 6 } },
      },
    });
    expect(calls).toHaveLength(1);
  });

  it.for([-1, 0, 1])("is a list that has %i more than a few", async (more, { expect }) => {
    const length = LIMITS.fanoutFewReaders + more;
    const { graph } = graphOf(new Map([[ASSOC.followedBy, readers(0, length)]]));
    const found = await graph.spread(POST, AUTHOR, 5);
    const few = found.ok ? found.value?.few : undefined;
    expect(few?.friends).toEqual([]);
    expect(few?.followers?.length).toBe(more > 0 ? undefined : length);
  });

  it("is every reader once, a page of both lists in one call, until each has ended", async ({
    expect,
  }) => {
    const { listEntriesMax } = LIMITS;
    const { graph, calls } = graphOf(
      new Map([
        [ASSOC.followedBy, readers(1, 2 * listEntriesMax)],
        [ASSOC.friends, readers(listEntriesMax, listEntriesMax + 10)],
      ]),
    );
    const found = await graph.everyone(AUTHOR, ["followers", "friends"]);
    const all = readers(1, 2 * listEntriesMax).map(BigInt);
    expect(found.ok && found.value.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(all);
    expect(calls.map(({ reads }) => reads.length)).toEqual([2, 1]);
    expect(await graph.everyone(AUTHOR, ["friends"])).toMatchObject({ ok: true });
    expect(calls.map(({ reads }) => reads.length)).toEqual([2, 1, 1]);
  });
});
