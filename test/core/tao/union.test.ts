import fc from "fast-check";
import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ok } from "../../../core/result.ts";
import { unionFromLeader } from "../../../core/tao/leader-union.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { compareListOrder, type ListCursor, type ReadResult } from "../../../core/tao/types.ts";
import {
  decodeUnionRequest,
  idsFrom,
  decodeUnionResponse,
  encodeUnionRequest,
  encodeUnionResponse,
} from "../../../core/tao/union.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

const id = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map((n) => n as Id);
const json = fc.json().map((text) => JSON.stringify(JSON.parse(text)));
const version = fc.record({ epoch: fc.nat(99), seq: fc.nat() });

it("survives the wire, with any JSON inside", ({ expect }) => {
  const after = fc.option(fc.record({ timeMs: fc.nat(), id2: id }));
  const request = fc.record({
    id1s: fc.array(id),
    atype: fc.nat(99),
    after,
    limit: fc.nat(),
    counts: fc.array(fc.nat(99)),
    atLeast: fc.option(version),
    allowStale: fc.boolean(),
  });
  const entry = fc.record({
    id1: id,
    id2: id,
    timeMs: fc.nat(),
    edge: fc.constantFrom("", '{"a":1}'),
    counts: fc.array(fc.nat(), { minLength: 1 }),
    object: fc.option(json),
  });
  const response = fc.record({
    entries: fc.array(entry),
    more: fc.boolean(),
    owners: fc.dictionary(id.map(String), json),
    at: version,
    staleMs: fc.option(fc.nat()),
  });
  fc.assert(
    fc.property(request, response, (asked, { owners, ...rest }) => {
      const { ids, ...decoded } = decodeUnionRequest(encodeUnionRequest(asked));
      expect({ id1s: idsFrom(ids), ...decoded }).toEqual(asked);
      const answer = {
        ...rest,
        owners: new Map(Object.entries(owners).map(([key, text]) => [BigInt(key) as Id, text])),
      };
      expect(decodeUnionResponse(encodeUnionResponse(answer))).toEqual(answer);
    }),
  );
});

/** Edges from a few users over four shards, very unevenly, with many equal times. */
const edges = fc.array(fc.record({ from: fc.nat(5), to: fc.nat(200), time: fc.nat(30) }), {
  minLength: 30,
  maxLength: 150,
});

it.for(["ticket", "leader"] as const)(
  "pages over many lists of many shards like one sorted list (%s)",
  { timeout: 60_000 },
  async (consistency, { expect }) => {
    let pages = 0;
    await fc.assert(
      fc.asyncProperty(edges, fc.integer({ min: 1, max: 9 }), async (drawn, limit) => {
        const world = await GraphWorld.create(4);
        const users = await Promise.all([0, 0, 0, 1, 2, 3].map((shard) => world.addUser(shard)));
        const newest = new Map<string, ListCursor & { id1: Id }>();
        for (const { from, to, time } of drawn) {
          const id1 = users[from];
          if (id1 === undefined) continue;
          const id2 = BigInt(1_000 * (from + 1) + to) as Id;
          await world.write([0, 0, 0, 1, 2, 3][from] ?? 0, [
            { op: "assocAdd", id1, atype: ASSOC.mutes, id2, timeMs: time, data: "" },
          ]);
          newest.set(`${id1} ${id2}`, { id1, id2, timeMs: time });
        }
        const wanted = [...newest.values()].toSorted((a, b) => compareListOrder(a, b));

        const got: (ListCursor & { id1: Id })[] = [];
        let after: ListCursor | null = null;
        for (let more = true; more; pages++) {
          const page: { entries: readonly (ListCursor & { id1: Id })[]; more: boolean } = unwrap(
            await world
              .tao(null, { consistency })
              .union({ id1s: users, atype: ASSOC.mutes, after, limit, counts: [] }),
          );
          got.push(...page.entries.map(({ id1, id2, timeMs }) => ({ id1, id2, timeMs })));
          after = page.entries.at(-1) ?? after;
          more = page.more;
          // A short page is only allowed at the end; then nothing claims to follow.
          expect(page.entries.length === limit || !more).toBe(true);
        }
        expect(got).toEqual(wanted);
      }),
      { numRuns: 100 },
    );
    expect(pages).toBeGreaterThan(1_000);
  },
);

it.for(["ticket", "leader"] as const)(
  "reaches below the longest cached prefix (%s)",
  { timeout: 60_000 },
  async (consistency, { expect }) => {
    const world = await GraphWorld.create(1);
    const id1 = await world.addUser(0);
    const total = 2_600;
    for (let start = 0; start < total; start += 650) {
      const writes = Array.from(
        { length: 650 },
        (_, n) =>
          ({
            op: "assocAdd",
            id1,
            atype: ASSOC.likes,
            id2: BigInt(start + n + 1) as Id,
            timeMs: start + n,
            data: "",
          }) as const,
      );
      await world.write(0, writes);
    }
    const seen: bigint[] = [];
    let after: ListCursor | null = null;
    for (let more = true; more;) {
      const page: { entries: readonly ListCursor[]; more: boolean } = unwrap(
        await world
          .tao(null, { consistency })
          .union({ id1s: [id1], atype: ASSOC.likes, after, limit: 50, counts: [] }),
      );
      seen.push(...page.entries.map((entry) => entry.id2));
      after = page.entries.at(-1) ?? null;
      more = page.more;
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, n) => BigInt(total - n)));
  },
);

it("believes a leader's page, not a length that was read at another moment", async ({ expect }) => {
  const id1 = 7n as Id;
  const all = Array.from({ length: LIMITS.listPrefix + 6 }, (_, place) => ({
    id1,
    atype: ASSOC.mutes,
    id2: BigInt(place + 1) as Id,
    timeMs: 1_000 - place,
    data: "",
    version: { epoch: 1, seq: 1_000 - place },
  }));
  // Just below the end of the prefix that is asked for, whose size the old length happens to be.
  const after = all[LIMITS.listPrefix - 2] ?? null;
  const page = await unionFromLeader(
    { id1s: [id1], atype: ASSOC.mutes, after, limit: 5, counts: [], atLeast: null },
    async (reads) =>
      ok(
        reads.map((read): ReadResult => {
          if (read.op === "assocCount") return { op: read.op, count: LIMITS.listPrefix };
          if (read.op !== "assocRange") return { op: "objGet", object: null };
          const start = read.after === null ? 0 : LIMITS.listPrefix - 1;
          const assocs = all.slice(start, start + read.limit);
          return { op: read.op, assocs, more: start + read.limit < all.length };
        }),
      ),
  );
  const { entries, more } = unwrap(page);
  expect([entries.map(({ timeMs }) => timeMs), more]).toEqual([[937, 936, 935, 934, 933], true]);
});
