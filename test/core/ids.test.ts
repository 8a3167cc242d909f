import fc from "fast-check";
import { it } from "vitest";

import {
  allocatedAtMs,
  formatId,
  type Id,
  ID_BORROW_MS_MAX,
  ID_EPOCH_MS,
  idFromKey,
  idRange,
  idToKey,
  LOGICAL_SHARDS,
  logicalShard,
  nextId,
  parseId,
  shardOf,
} from "../../core/ids.ts";

const anyId = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map((n) => n as Id);
const shards = fc.nat(LOGICAL_SHARDS - 1).map(logicalShard);

it("survives text and storage keys, far above 2^53", ({ expect }) => {
  fc.assert(
    fc.property(anyId, (id) => {
      expect(parseId(formatId(id))).toBe(id);
      expect(idFromKey(idToKey(id))).toBe(id);
      expect(idToKey(id)).toHaveLength(16);
    }),
  );
});

it("sorts as storage keys like as numbers", ({ expect }) => {
  fc.assert(
    fc.property(anyId, anyId, (a, b) => {
      expect(idToKey(a) < idToKey(b)).toBe(a < b);
    }),
  );
});

it.for(["", "-1", "01", "1.0", "1e3", " 1", "0x1f", "9223372036854775808", "1".repeat(20), "٣"])(
  "refuses %j",
  (text, { expect }) => {
    expect(parseId(text)).toBeNull();
  },
);

it("hands out unique, growing ids of its shard, whatever the clock does", ({ expect }) => {
  fc.assert(
    fc.property(
      shards,
      fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 }),
      (shard, steps) => {
        let nowMs = ID_EPOCH_MS + 1_000_000;
        let last: Id | null = null;
        for (const step of steps) {
          nowMs += step;
          const next = nextId(shard, last, nowMs);
          if (!next.ok) throw new Error(next.error.code);
          if (last !== null) expect(next.value).toBeGreaterThan(last);
          expect(shardOf(next.value)).toBe(shard);
          last = next.value;
        }
      },
    ),
  );
});

it("gives four ids a millisecond, then borrows the next one", ({ expect }) => {
  const shard = logicalShard(7);
  const nowMs = ID_EPOCH_MS + 5;
  let last: Id | null = null;
  const times: number[] = [];
  for (let i = 0; i < 6; i++) {
    const next = nextId(shard, last, nowMs);
    if (!next.ok) throw new Error(next.error.code);
    last = next.value;
    times.push(allocatedAtMs(last) - nowMs);
  }
  expect(times).toEqual([0, 0, 0, 0, 1, 1]);
});

it("refuses once it has borrowed too far", ({ expect }) => {
  const shard = logicalShard(1);
  const nowMs = ID_EPOCH_MS;
  const atLimit = (idRange(shard).from + (BigInt(ID_BORROW_MS_MAX) << 2n)) as Id;
  expect(nextId(shard, atLimit, nowMs)).toMatchObject({ ok: true });
  const past = (atLimit + 4n) as Id;
  expect(nextId(shard, past, nowMs)).toMatchObject({ ok: false, error: { code: "overloaded" } });
});
