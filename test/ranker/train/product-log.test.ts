import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { afterAll, describe, it } from "vitest";

import {
  DENSE_COUNT,
  DENSE_NAMES,
  ID_COUNT,
  ID_NAMES,
  SCHEMA,
} from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { lineOf, type LogRecord } from "../../../core/ranking/log-record.ts";
import { normaliserOf } from "../../../gpu-ranker/train/model/normaliser.ts";
import { productLog } from "../../../gpu-ranker/train/sources/log-files.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "edgewise-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

const record = (slate: string, post: string, place: number, timeMs: number): LogRecord => ({
  schema: SCHEMA,
  slate,
  timeMs,
  viewer: "7",
  post,
  place,
  actions: 1,
  dense: Float32Array.from({ length: DENSE_COUNT }, (_, n) => n / 8 + place),
  ids: new Int32Array(ID_COUNT),
});
const truthLine = (slate: string, post: string, placed: number, top: number) =>
  JSON.stringify({
    slate,
    post,
    placed: Array.from({ length: HEAD_COUNT }, () => placed),
    top: Array.from({ length: HEAD_COUNT }, () => top),
  });
const file = (name: string, lines: readonly string[]): string => {
  const at = path.join(folder, name);
  writeFileSync(at, lines.map((line) => `${line}\n`).join(""));
  return at;
};

describe("the product's log with what is true of its readers", () => {
  const log = file("log.jsonl", [
    lineOf(record("b", "3", 0, 2_000)),
    lineOf(record("a", "2", 1, 1_000)),
    lineOf(record("a", "1", 0, 1_000)),
    lineOf(record("a", "9", 2, 1_000)),
  ]);
  const truth = file("truth.jsonl", [
    truthLine("a", "2", 0.25, 0.5),
    truthLine("b", "3", 0.125, 0.125),
    truthLine("a", "1", 0.75, 0.75),
  ]);

  it("joins by slate and post, leaves out what nobody knows, and makes a pool of what was shown together", async ({
    expect,
  }) => {
    const source = await productLog([log], truth);
    expect(source.leftOut).toEqual({ malformed: 0, other_schema: 0, no_truth: 1 });
    expect(source.examples.rows).toBe(3);
    const firstHead = (values: Float32Array | undefined) =>
      [...(values ?? [])].filter((_, at) => at % HEAD_COUNT === 0);
    expect(firstHead(source.truth?.placed)).toEqual([0.75, 0.25, 0.125]);
    expect(firstHead(source.truth?.top)).toEqual([0.75, 0.5, 0.125]);
    const pools = source.truth?.pools ?? [];
    expect(pools.map(({ timeMs, truth: rows }) => [timeMs, rows.length])).toEqual([
      [1_000, 2],
      [2_000, 1],
    ]);
    expect([...(pools[1]?.dense ?? [])]).toEqual(
      Array.from(source.examples.dense.slice(2 * DENSE_COUNT)),
    );
    expect(source.unknownIds).toEqual(ID_NAMES.map((name) => name !== "topic"));
  });

  it("trains on every id of a product whose readers are its own", async ({ expect }) => {
    const source = await productLog([log]);
    expect(source.examples.rows).toBe(4);
    expect(source.truth).toBeNull();
    expect(source.unknownIds).toEqual(ID_NAMES.map(() => false));
  });
});

it("says nothing of the hours when it has not seen a day", ({ expect }) => {
  const hour = DENSE_NAMES.indexOf("hour_sin");
  const rows = Float32Array.from({ length: 4 * DENSE_COUNT }, (_, n) =>
    Math.floor(n / DENSE_COUNT),
  );
  const day = 24 * 3_600_000;
  const shortly = normaliserOf(rows, day - 1);
  const long = normaliserOf(rows, day);
  expect(shortly.scale[hour]).toBeGreaterThan(1_000);
  expect(long.scale[hour]).toBeCloseTo(Math.sqrt(1.25));
  expect(shortly.scale[0]).toBe(long.scale[0]);
});
