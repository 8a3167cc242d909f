import fc from "fast-check";
import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import {
  advance,
  advanceOwn,
  decodeTicket,
  decodeTickets,
  encodeTicket,
  type Seen,
} from "../../../core/tao/ticket.ts";
import { hmacSigner } from "../../../platform/signer.ts";

const signer = hmacSigner("a secret that is long enough for this test");
const NOW = 1_800_000_000_000;
const anyVersion = fc.record({
  epoch: fc.integer({ min: 1, max: 1_000 }),
  seq: fc.integer({ min: 0, max: 2 ** 45 }),
});
const anyProgress = fc
  .uniqueArray(fc.tuple(fc.nat(4_095), anyVersion), { selector: ([shard]) => shard, maxLength: 64 })
  .map((shards) => new Map(shards.map(([shard, at]) => [shard, { version: at, seenMs: NOW }])));

it("survives the way to the client and back", ({ expect }) => {
  fc.assert(
    fc.property(anyProgress, (seen) => {
      const text = encodeTicket(seen, NOW, signer);
      expect(text.length).toBeLessThanOrEqual(LIMITS.ticketCharsMax);
      expect(new Map(decodeTicket(text, NOW + 500, signer))).toEqual(seen);
    }),
  );
});

it("is empty when any character was changed", ({ expect }) => {
  const seen = new Map([[3, { version: { epoch: 1, seq: 77 }, seenMs: NOW }]]);
  const text = encodeTicket(seen, NOW, signer);
  for (let i = 0; i < text.length; i++) {
    const forged = text.slice(0, i) + (text[i] === "x" ? "y" : "x") + text.slice(i + 1);
    expect(decodeTicket(forged, NOW, signer).size, `character ${i}`).toBe(0);
  }
});

it.for(["", ".", "1..", "1.zz.1-1-1-0.", "2.a.1-1-1-0.sig", "x".repeat(5_000)])(
  "reads %j as an empty ticket",
  (text, { expect }) => {
    expect(decodeTicket(text, NOW, signer).size).toBe(0);
  },
);

it("drops a shard once every follower must have it, also across renewals", ({ expect }) => {
  const old = new Map([[3, { version: { epoch: 1, seq: 77 }, seenMs: NOW }]]);
  const half = NOW + LIMITS.ticketTtlMs / 2;
  const renewed = encodeTicket(
    decodeTicket(encodeTicket(old, NOW, signer), half, signer),
    half,
    signer,
  );
  expect(decodeTicket(renewed, half, signer).size).toBe(1);
  expect(decodeTicket(renewed, NOW + LIMITS.ticketTtlMs + 1_000, signer).size).toBe(0);
});

it("keeps the most recently seen shards when there are too many", ({ expect }) => {
  const seen = new Map(
    Array.from({ length: LIMITS.ticketShardsMax + 5 }, (_, shard) => [
      shard,
      { version: { epoch: 1, seq: 1 }, seenMs: NOW - (shard < 5 ? 30_000 : 0) },
    ]),
  );
  const kept = decodeTicket(encodeTicket(seen, NOW, signer), NOW, signer);
  expect(kept.size).toBe(LIMITS.ticketShardsMax);
  expect([0, 1, 2, 3, 4].some((shard) => kept.has(shard))).toBe(false);
});

it("never moves a shard back", ({ expect }) => {
  const seen = new Map([[1, { version: { epoch: 2, seq: 5 }, seenMs: NOW }]]);
  advance(seen, 1, { epoch: 1, seq: 900 }, NOW + 1);
  expect(seen.get(1)).toEqual({ version: { epoch: 2, seq: 5 }, seenMs: NOW + 1 });
});

it("remembers the client's own writes for as long as a cached page may lack them", ({ expect }) => {
  const seen = new Map<number, Seen>();
  const at = (seq: number) => ({ epoch: 2, seq });
  advanceOwn(seen, 3, at(5), NOW);
  advance(seen, 3, at(9), NOW + 1_000);
  advance(seen, 4, at(1), NOW);
  advanceOwn(seen, 3, at(4), NOW + 2_000);
  const later = NOW + LIMITS.ticketWritesMs - 1_000;
  const text = encodeTicket(seen, NOW + 3_000, signer);
  const wroteAt = (nowMs: number) =>
    [...decodeTicket(text, nowMs, signer)].map(([shard, one]) => [
      shard,
      one.version.seq,
      one.wrote?.version.seq,
    ]);
  expect(wroteAt(later)).toEqual([
    [3, 9, 5],
    [4, 1, undefined],
  ]);
  expect(wroteAt(later + 2_000)).toEqual([
    [3, 9, undefined],
    [4, 1, undefined],
  ]);
});

it("fits its header with the most shards, and the most writes, that it may hold", ({ expect }) => {
  const far = { epoch: 999, seq: 2 ** 45 };
  const seen = new Map<number, Seen>();
  for (let shard = 4_000; shard < 4_000 + LIMITS.ticketShardsMax; shard++)
    advanceOwn(seen, shard, far, NOW + shard);
  const text = encodeTicket(seen, NOW + 5_000, signer);
  expect(text.length).toBeLessThanOrEqual(LIMITS.ticketCharsMax);
  const decoded = [...decodeTicket(text, NOW + 5_000, signer).values()];
  expect(decoded).toHaveLength(LIMITS.ticketShardsMax);
  expect(decoded.filter(({ wrote }) => wrote !== undefined)).toHaveLength(LIMITS.ticketWritesMax);
});

describe("several tickets", () => {
  const one = (epoch: number, seq: number, wrote?: Seen["wrote"]): Seen => ({
    version: { epoch, seq },
    seenMs: NOW,
    ...(wrote !== undefined && { wrote }),
  });
  const merged = (...all: (readonly [number, Seen])[][]) =>
    decodeTickets(all.map((seen) => encodeTicket(new Map(seen), NOW, signer)).join(), NOW, signer);

  it("say what the furthest of them says of each shard, an epoch before any place in it", ({
    expect,
  }) => {
    expect(
      merged(
        [[1, one(1, 900)]],
        [
          [1, one(2, 5)],
          [2, one(1, 1)],
        ],
      ),
    ).toEqual(
      new Map([
        [1, one(2, 5)],
        [2, one(1, 1)],
      ]),
    );
    const [early, late] = [1, 2].map((seq) => ({ version: { epoch: 1, seq }, atMs: NOW - 1_000 }));
    for (const pair of [
      [one(1, 9, early), one(1, 3, late)],
      [one(1, 3, late), one(1, 9, early)],
      [one(1, 9), one(1, 3, late)],
    ])
      expect(merged(...pair.map((seen) => [[4, seen] as const]))).toEqual(
        new Map([[4, one(1, 9, late)]]),
      );
  });

  it("lose nothing to one that is not ours, and end at the most there may be", ({ expect }) => {
    const ours = encodeTicket(new Map([[1, one(1, 1)]]), NOW, signer);
    const size = (tickets: readonly string[]) => decodeTickets(tickets.join(), NOW, signer).size;
    expect(size(["garbage", "", `${ours}x`, ours])).toBe(1);
    const filler = Array.from({ length: LIMITS.ticketsMax }, () => "x");
    expect([size([...filler.slice(1), ours]), size([...filler, ours])]).toEqual([1, 0]);
    expect(decodeTickets(null, NOW, signer).size).toBe(0);
  });
});
