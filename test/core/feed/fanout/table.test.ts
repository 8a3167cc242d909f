import fc from "fast-check";
import { it } from "vitest";

import type { ChunkMove, FanoutTable } from "../../../../core/feed/fanout/table.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { SqlFanoutTable } from "../../../../durable-objects/fanout-table.ts";
import { sqlStorage } from "../../../fakes/sql-storage.ts";
import { id } from "./author-world.ts";

const KINDS = ["push", "announce", "beside", "counts"] as const;
const PLACES = ["waiting", "outstanding", "dead"] as const;
const QUEUES = ["posts", "beside"] as const;

/** All that a table says of its rows. */
const said = (table: FanoutTable) => ({
  head: table.head(),
  events: QUEUES.map((queue) => table.eventCount(queue)),
  counts: table.countCount(),
  chunks: table.chunkCounts(),
  kinds: KINDS.map((kind) => table.hasChunkOf(kind)),
  nextDueMs: table.nextDueMs(),
  due: (["waiting", "outstanding"] as const).map((place) =>
    [50, Infinity].map((nowMs) => table.due(place, nowMs, 5)),
  ),
});

type Step = (table: FanoutTable) => void;
const small = fc.nat(9);
const dueMs = fc.nat(99);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom(...QUEUES), small).map(([queue, n]): Step => {
    return (table) => table.addEvent(queue, `event ${n}`, n);
  }),
  fc.tuple(fc.constantFrom(...QUEUES), small).map(([queue, number]): Step => {
    return (table) => table.dropEvent(queue, number);
  }),
  fc.tuple(small, small).map(([post, count]): Step => {
    const counted = {
      at: { epoch: 1, seq: count },
      post: id(post),
      of: "comments",
      count,
    } as const;
    return (table) => (count < 5 ? table.putCount(counted, count) : table.dropCount(counted));
  }),
  fc.tuple(fc.constantFrom(...KINDS), dueMs).map(([kind, at]): Step => {
    return (table) => table.addChunk({ kind, post: null, work: kind, fromMs: at }, at);
  }),
  fc.tuple(small, fc.constantFrom(...PLACES), dueMs).map(([number, place, at]): Step => {
    const move: ChunkMove = { number, place, dueMs: at, tries: 1, lastError: null };
    return (table) => table.move(move);
  }),
  small.map(
    (number): Step =>
      (table) =>
        table.dropChunk(number),
  ),
  small.map(
    (resent): Step =>
      (table) =>
        table.saveHead({ ...table.head(), resent }),
  ),
);

it("knows of its rows without reading them, whatever was rolled back", ({ expect }) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.array(step, { maxLength: 6 }), fc.boolean())), (turns) => {
      const storage = sqlStorage();
      const table = new SqlFanoutTable(storage);
      for (const [steps, fails] of turns) {
        try {
          table.transaction(() => {
            for (const one of steps) one(table);
            if (fails) throw new Error("the disk is full");
          });
        } catch {
          // Nothing of it happened.
        }
        expect(said(table)).toEqual(said(new SqlFanoutTable(storage)));
      }
    }),
    { numRuns: 200 },
  );
});

it("forgets the oldest records, some of them at a time", ({ expect }) => {
  const table = new SqlFanoutTable(sqlStorage());
  const record = {
    author: id(1),
    strategy: "push",
    reason: "",
    followers: 0,
    costMs: 0,
    chunks: 1,
    chunksDone: 0,
    named: 0,
    active: 0,
    calls: 0,
    postedMs: 1,
    plannedMs: 1,
    doneMs: null,
  } as const;
  const max = 100;
  for (let n = 1; n <= 500; n++) {
    table.putRecord({ post: id(n), ...record }, max);
    const kept = table.records(LIMITS.fanoutRecordsMax).map(({ post }) => post);
    expect(kept.slice(0, max)).toEqual(
      Array.from({ length: Math.min(n, max) }, (_, back) => id(n - back)),
    );
    expect(kept.length).toBeLessThan(max + 64);
  }
});
