import { describe, it } from "vitest";

import type { Failure } from "../../../core/errors.ts";
import { type Id, idRange, logicalShard } from "../../../core/ids.ts";
import { DEFAULT_REGIONS } from "../../../core/regions/regions.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { type FollowerPin, readPinned } from "../../../core/tao/pinned-read.ts";
import type { ReadRequest, ReadResponse } from "../../../core/tao/service.ts";
import { evenShardMap } from "../../../core/tao/shard-map.ts";

const map = evenShardMap(4, new Map([["us-east", 1]]));
/** An id on the physical shard. */
const idOn = (shard: number): Id =>
  ((idRange(logicalShard(map.entries[shard]?.from ?? 0)).from as bigint) + 7n) as Id;

function followers(answers: Record<number, Partial<ReadResponse> | Failure>) {
  const asked: { readonly shard: number; readonly pin: FollowerPin; request: ReadRequest }[] = [];
  const followerAt = (shard: number, pin: FollowerPin) => ({
    read: async (request: ReadRequest): Promise<Result<ReadResponse, Failure>> => {
      asked.push({ shard, pin, request });
      const answer = answers[shard] ?? {};
      if ("code" in answer) return err(answer);
      const results = request.reads.map(() => ({ op: "assocCount", count: shard }) as const);
      return ok({ results, at: { epoch: 1, seq: 1 }, ...answer });
    },
  });
  return { asked, ports: { map, regions: DEFAULT_REGIONS, replicas: 2, followerAt } };
}

const count = (shard: number) => ({ op: "assocCount", id1: idOn(shard), atype: 8 }) as const;
const pin = { region: "apac", replica: 1 };

describe("reads of given followers", () => {
  it("come from exactly these, once, without a ticket, in the order asked", async ({ expect }) => {
    const { asked, ports } = followers({});
    const answer = await readPinned(ports, pin, [count(3), count(0), count(3)]);
    const results = [3, 0, 3].map((n) => ({ op: "assocCount", count: n }));
    expect(answer).toEqual(ok({ results, staleMs: null }));
    expect(asked.map(({ shard, request }) => [shard, request.reads.length])).toEqual([
      [3, 2],
      [0, 1],
    ]);
    expect(asked.every((one) => one.pin === pin && one.request.atLeast === null)).toBe(true);
  });

  it("keep the oldest mark", async ({ expect }) => {
    const { ports } = followers({ 0: { staleMs: 61_000 }, 1: { staleMs: 90_000 } });
    const answer = await readPinned(ports, pin, [count(0), count(1), count(2)]);
    expect(answer).toMatchObject({ ok: true, value: { staleMs: 90_000 } });
  });

  it("are not repeated, nor sent elsewhere, when one is away", async ({ expect }) => {
    const failure = { code: "unavailable", dependency: "follower", retryAfterMs: 1 } as const;
    const { asked, ports } = followers({ 1: failure });
    expect(await readPinned(ports, pin, [count(0), count(1)])).toEqual(err(failure));
    expect(asked).toHaveLength(2);
  });

  it.for([
    [{ region: "mars", replica: 0 }, "follower.region"],
    [{ region: "apac", replica: 2 }, "follower.replica"],
  ] as const)("refuse %j, which no caller is routed to", async ([wrong, field], { expect }) => {
    const { asked, ports } = followers({});
    const answer = await readPinned(ports, wrong, [count(0)]);
    expect(answer).toMatchObject({ ok: false, error: { code: "invalid_request", field } });
    expect(asked).toEqual([]);
  });
});
