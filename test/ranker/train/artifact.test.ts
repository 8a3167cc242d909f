import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, it } from "vitest";

import { lineOf } from "../../../core/ranking/log-record.ts";
import { parseLight, scoreLight } from "../../../core/ranking/light-model.ts";
import { decodeGolden, decodeWarmup } from "../../../core/ranking/records.ts";
import { readServing } from "../../../gpu-ranker/train/artifact/folder.ts";
import { DEFAULT_BEHAVIOUR, simulate } from "../../../gpu-ranker/train/behaviour/simulate.ts";
import { openSession, score } from "../../../gpu-ranker/train/fit/runtime.ts";
import { reportPage } from "../../../gpu-ranker/train/report/page.ts";
import { type RunResult, runTraining } from "../../../gpu-ranker/train/run.ts";
import { productLog } from "../../../gpu-ranker/train/sources/log-files.ts";
import { simulated } from "../../../gpu-ranker/train/sources/simulated.ts";

const BEHAVIOUR = { ...DEFAULT_BEHAVIOUR, seed: 1, people: 60, days: 6 };
/** Training takes seconds, on a busy machine many more. */
const PATIENCE_MS = 300_000;
const watch = { nowMs: () => 0, onEpoch: () => {} };
const folder = mkdtempSync(path.join(tmpdir(), "edgewise-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

const train = (version: string, models: string | null) =>
  runTraining(
    {
      source: simulated(BEHAVIOUR),
      seeds: [1],
      version,
      createdAtMs: 1_800_000_000_000,
      models,
      mayPromote: true,
    },
    watch,
  );

describe("a version", () => {
  let result: RunResult;
  beforeAll(async () => {
    result = await train("v1", folder);
  }, PATIENCE_MS);
  const file = (name: string) => result.artifact.files.get(name) ?? new Uint8Array(0);

  it(
    "is made again, byte for byte, by the same seed",
    { timeout: PATIENCE_MS },
    async ({ expect }) => {
      const again = await train("v1", null);
      expect([...again.artifact.files.keys()]).toEqual([...result.artifact.files.keys()]);
      for (const [name, bytes] of again.artifact.files)
        expect(Buffer.compare(bytes, file(name)), name).toBe(0);
      expect(again.artifact.manifest).toEqual(result.artifact.manifest);
    },
  );

  it("has golden rows that its model gives back, and rows to warm up with", async ({ expect }) => {
    const golden = decodeGolden(file("golden.bin"));
    if (!golden.ok) throw new TypeError("golden.bin cannot be read");
    const session = await openSession(file("model.onnx"));
    expect(golden.value.map(({ request }) => request.rows)).toEqual([1, 20, 120]);
    for (const { request, probabilities } of golden.value)
      expect(await score(session, request.dense, request.ids)).toEqual(probabilities);
    expect(decodeWarmup(file("warmup.bin"))).toMatchObject({ ok: true });
  });

  it("has a light model that scores in the Worker about as the heavy one does", ({ expect }) => {
    const light = parseLight(JSON.parse(Buffer.from(file("light.json")).toString("utf8")));
    const golden = decodeGolden(file("golden.bin"));
    if (!light.ok || !golden.ok) throw new TypeError("cannot be read");
    const [, , last] = golden.value;
    if (last === undefined) throw new RangeError("no golden rows");
    const got = scoreLight(light.value, last.request.dense, last.request.rows);
    const distances = got.map((p, at) => Math.abs(p - (last.probabilities[at] ?? 0)));
    expect(distances.reduce((sum, one) => sum + one, 0) / distances.length).toBeLessThan(0.06);
  });

  it("orders better than time, fame or chance, and not better than the truth", ({ expect }) => {
    const regretOf = (name: "heavy" | "light" | "popularity" | "chronological" | "random") =>
      result.runs[0]?.metrics.get(name)?.["regret"] ?? Number.NaN;
    for (const model of ["heavy", "light"] as const) {
      expect(regretOf(model)).toBeGreaterThan(0);
      for (const other of ["popularity", "chronological", "random"] as const)
        expect(regretOf(model), `${model} against ${other}`).toBeLessThan(0.6 * regretOf(other));
    }
  });

  it(
    "serves at once when none does, and then only what is no worse",
    { timeout: PATIENCE_MS },
    async ({ expect }) => {
      expect([result.promotion.kind, readServing(folder)?.version]).toEqual(["first", "v1"]);
      const equal = await train("v2", folder);
      expect([equal.promotion.kind, readServing(folder)?.version]).toEqual(["passed", "v2"]);
      const source = simulated(BEHAVIOUR);
      // What was learnt from labels of other rows is worse.
      const { labels } = source.examples;
      const trained = labels.length * 0.8;
      labels.subarray(0, trained).reverse();
      const worse = await runTraining(
        { source, seeds: [1], version: "v3", createdAtMs: 1, models: folder, mayPromote: true },
        watch,
      );
      expect([worse.promotion.kind, readServing(folder)?.version]).toEqual(["failed", "v2"]);
    },
  );

  it("is told of on a page of its own, with a plot per head and nothing from elsewhere", async ({
    expect,
  }) => {
    const page = await reportPage(result);
    expect(page.match(/<svg /g)?.length).toBe(7 + 1 + 7 + 2);
    expect(page).not.toMatch(/(?:src|href)=|NaN|undefined/);
  });
});

it("reads segments of the product's log, and counts what it leaves out", async ({ expect }) => {
  const lines = [];
  for (const { records } of simulate({ ...BEHAVIOUR, people: 20, days: 4 }))
    lines.push(...records.map(lineOf));
  const other = lines[0]?.replace(/"schema":"[0-9a-f]+"/, '"schema":"0123456789abcdef"') ?? "";
  const segments = [path.join(folder, "1.jsonl"), path.join(folder, "2.jsonl")];
  const half = lines.length >> 1;
  writeFileSync(segments[0] ?? "", `${lines.slice(0, half).join("\n")}\n`);
  writeFileSync(segments[1] ?? "", `${[...lines.slice(half), "{", other].join("\n")}\n`);
  expect(readFileSync(segments[0] ?? "", "utf8").length).toBeGreaterThan(1_000);

  const log = await productLog(segments);
  expect(log.leftOut).toEqual({ malformed: 1, other_schema: 1, no_truth: 0 });
  expect(log.examples.rows).toBe(lines.length);
  expect(log.examples.timesMs).toEqual(log.examples.timesMs.toSorted());
});
