import * as fc from "fast-check";
import { mkdtempSync, appendFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "vitest";

import { LOGICAL_SHARDS, logicalShard } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { entryOf } from "../../core/tao/shard-map.ts";
import { OperatorApi } from "../../dev/operator/api.ts";
import { toBatches, type Unit } from "../../dev/operator/batches.ts";
import { operatorOptions, placeOf, shardMapOf } from "../../dev/operator/connect.ts";
import { FlagError, numberFlag, readFlags } from "../../dev/operator/flags.ts";
import { Journal } from "../../dev/operator/journal.ts";
import { runPool } from "../../dev/operator/pool.ts";

it("puts every unit in one batch of its own shard, inside the graph's bounds", ({ expect }) => {
  const unit = fc.record({
    home: fc.integer({ min: 0, max: LOGICAL_SHARDS - 1 }),
    writes: fc.integer({ min: 1, max: 3 }),
    chars: fc.constantFrom(10, 4_900),
  });
  fc.assert(
    fc.property(
      fc.array(unit, { maxLength: 900 }),
      fc.integer({ min: 1, max: 16 }),
      (shapes, shards) => {
        const map = shardMapOf(shards);
        const units = shapes.map(({ home, writes, chars }): Unit => ({
          home: logicalShard(home),
          writes: () =>
            Array.from({ length: writes }, () => ({
              op: "objAdd",
              otype: 2,
              shard: logicalShard(home),
              data: "x".repeat(chars),
            })),
        }));
        const batches = toBatches(units, map, "op");
        const placed = batches.flatMap((batch) => batch.units.map(({ unit: index }) => index));
        expect(placed.toSorted((a, b) => a - b)).toEqual(units.map((_, index) => index));
        expect(new Set(batches.map((batch) => batch.opId)).size).toBe(batches.length);
        for (const batch of batches) {
          expect(batch.writes.length).toBeLessThanOrEqual(LIMITS.writesPerCallMax);
          expect(JSON.stringify(batch.writes).length).toBeLessThan(LIMITS.writeBytesMax);
          for (const { unit: index, place } of batch.units) {
            expect(entryOf(map, units[index]?.home ?? -1).shard).toBe(
              entryOf(map, batch.shard).shard,
            );
            expect(place).toBeLessThan(batch.writes.length);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

it("drops a torn last line of the journal, and only that", ({ expect }) => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "edgewise-")), "journal.jsonl");
  const journal = Journal.create(file, "header");
  journal.record("a", ["1", "2"]);
  appendFileSync(file, '["b",["3"');
  const again = Journal.open(file);
  expect(again?.header).toBe("header");
  expect(again?.journal.get("a")).toEqual(["1", "2"]);
  expect(again?.journal.get("b")).toBeUndefined();
  again?.journal.record("b", ["4"]);
  expect(readFileSync(file, "utf8")).toBe('header\n["a",["1","2"]]\n["b",["4"]]\n');
});

it("starts nothing after a failure, and waits for what runs", async ({ expect }) => {
  const started: number[] = [];
  const finished: number[] = [];
  const pool = runPool(
    100,
    3,
    async (index) => {
      started.push(index);
      await Promise.resolve();
      if (index === 4) throw new Error("four");
      finished.push(index);
    },
    new AbortController().signal,
  );
  await expect(pool).rejects.toThrow("four");
  expect(started.length).toBeLessThan(10);
  expect(finished).toEqual(started.filter((index) => index !== 4));
});

it("names the flag that is wrong", ({ expect }) => {
  const options = { users: { type: "string" } } as const;
  const read = (...args: string[]) =>
    numberFlag(readFlags(args, options), "users", { min: 2, max: 9 });
  expect(read("--users", "3")).toBe(3);
  expect(read()).toBeUndefined();
  for (const value of ["1", "10", "2.5", "x", " ", "NaN"]) {
    expect(() => read("--users", value)).toThrow(/--users takes a whole number from 2 to 9/);
  }
  expect(() => read("--usres", "3")).toThrow(FlagError);
  expect(() => read("3")).toThrow(FlagError);
});

it("knows where the product is: flag, then port, then the default", ({ expect }) => {
  const secret = "s".repeat(32);
  expect(operatorOptions({ secret }, {}).url).toBe("http://127.0.0.1:8787");
  expect(operatorOptions({ secret }, { PORT: "9000" }).url).toBe("http://127.0.0.1:9000");
  expect(operatorOptions({ secret, url: "https://x.example/" }, { PORT: "9000" }).url).toBe(
    "https://x.example",
  );
  expect(operatorOptions({}, { AUTH_SECRET: secret }).secret).toBe(secret);
  expect(placeOf("http://127.0.0.1:9000")).toBe("");
  expect(placeOf("https://x.example")).toBe("-x.example");
});

const apiAnswering = (answers: readonly (() => Response)[]) => {
  const sleptMs: number[] = [];
  let calls = 0;
  const api = new OperatorApi(
    { url: "http://fake", secret: "s".repeat(32), issuer: "edgewise" },
    {
      fetch: async () => (answers[calls++] ?? answers.at(-1) ?? Response.error)(),
      sleep: async (ms) => void sleptMs.push(ms),
      random: { next: () => 0.5 },
      nowMs: () => 1_780_000_000_000,
    },
  );
  return { api, sleptMs, calls: () => calls };
};
const problem =
  (status: number, code: string, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify({ code, detail: `because of ${code}` }), { status, headers });
const empty = () => new Response(JSON.stringify({ results: [{ op: "assocCount", count: 3 }] }));
const reads = [{ op: "assocCount", id1: 1n as never, atype: 3 }] as const;

it("repeats a busy product's calls, as late as it asks and no later than its bound", async ({
  expect,
}) => {
  const { api, sleptMs } = apiAnswering([
    problem(503, "overloaded", { "retry-after": "1" }),
    problem(429, "rate_limited", { "retry-after": "9999" }),
    problem(504, "deadline_exceeded"),
    empty,
  ]);
  expect(await api.read(reads)).toEqual([{ op: "assocCount", count: 3 }]);
  expect(sleptMs).toEqual([1_000, 30_000, 400]);
  expect(api.retries).toBe(3);
});

it("gives up on a refusal at once, and says what the product said", async ({ expect }) => {
  const { api, calls } = apiAnswering([problem(403, "forbidden")]);
  await expect(api.read(reads)).rejects.toThrow("/v1/admin/graph/read: 403 because of forbidden");
  expect(calls()).toBe(1);
});

it("gives up sooner on a product that never answered", async ({ expect }) => {
  const dead = () => {
    throw new TypeError("refused");
  };
  const never = apiAnswering([dead]);
  await expect(never.api.read(reads)).rejects.toThrow(/is the product running there/);
  expect(never.calls()).toBe(4);
  const lost = apiAnswering([empty, dead]);
  await lost.api.read(reads);
  await expect(lost.api.read(reads)).rejects.toThrow(/no answer/);
  expect(lost.calls()).toBe(10);
});

it("sends only the batches again that met a busy shard", async ({ expect }) => {
  const done = { ok: true, results: [{ id: "7" }] };
  const busy = { ok: false, error: { code: "overloaded", retryAfterMs: 5 } };
  const answer =
    (...batches: unknown[]) =>
    () =>
      new Response(JSON.stringify({ batches }));
  const batch = (opId: string) => ({ shard: 1, opId, writes: [] });
  const { api, calls } = apiAnswering([
    answer(done, busy, done),
    answer({ ...done, results: [{ id: "8" }] }),
  ]);
  expect(await api.write([batch("a"), batch("b"), batch("c")])).toEqual([["7"], ["8"], ["7"]]);
  expect(calls()).toBe(2);

  const refused = apiAnswering([
    answer({ ok: false, error: { code: "version_mismatch", index: 0, found: "1.2" } }),
  ]);
  await expect(refused.api.write([batch("d")])).rejects.toThrow(/batch d: .*version_mismatch/);
});
