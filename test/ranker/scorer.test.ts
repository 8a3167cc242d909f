import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { URL } from "node:url";

import { afterAll, beforeAll, describe, it } from "vitest";

import type { Timer } from "../../core/clock.ts";
import { merge } from "../../gpu-ranker/src/lane/batch.ts";
import { RANKER_LIMITS } from "../../gpu-ranker/src/limits.ts";
import type { Provider } from "../../gpu-ranker/src/model/profile.ts";
import { startScorer } from "../../gpu-ranker/src/model/scorer.ts";
import { ManualTime } from "../fakes/manual-time.ts";
import {
  type ArtifactChange,
  rowsFrom,
  tinyGraph,
  tinyScores,
  writeArtifact,
} from "./tiny-model.ts";

const FAULTY = new URL("faulty-thread.ts", import.meta.url);
const model = { seed: 1 };
const never: Timer = () => () => {};
let models = "";

beforeAll(() => {
  models = mkdtempSync(path.join(os.tmpdir(), "ranker-models-"));
});
afterAll(() => rmSync(models, { recursive: true, force: true }));

const optionsOf = (version: string, providers: readonly Provider[] = ["cpu"]) => ({
  folder: path.join(models, version),
  version,
  precision: "fp32" as const,
  providers,
  threads: 1,
  inBackground: false,
});
const batchOf = (rows: number) => merge([{ rows, ...rowsFrom(3, rows) }]);

describe("a scoring thread", () => {
  it("gives what plain arithmetic gives, in any company", async ({ expect }) => {
    writeArtifact(models, "v1", model);
    const started = await startScorer(optionsOf("v1"), never);
    if (!started.ok) throw new Error(started.error.detail);
    const { loaded, run, stop } = started.value;
    expect(loaded).toMatchObject({ version: "v1", provider: "cpu", precision: "fp32" });
    expect(loaded.nodes["CPUExecutionProvider"]).toBeGreaterThan(0);
    expect(loaded.parity.goldenDelta).toBeLessThan(1e-6);
    for (const rows of [1, 7, 500]) {
      const scored = await run(batchOf(rows));
      if (!scored.ok) throw new Error(scored.error);
      const expected = tinyScores(model, rowsFrom(3, rows));
      expect(scored.value.probabilities).toHaveLength(expected.length);
      for (const [at, probability] of scored.value.probabilities.entries())
        expect(Math.abs(probability - (expected[at] ?? 0))).toBeLessThan(1e-5);
    }
    await stop();
  });

  it("says which providers it tried, and why they are not here", async ({ expect }) => {
    writeArtifact(models, "v1", model);
    const started = await startScorer(optionsOf("v1", ["tensorrt", "cuda", "cpu"]), never);
    if (!started.ok) throw new Error(started.error.detail);
    const { loaded, stop } = started.value;
    const tried = [...loaded.attempts.map(({ provider }) => provider), loaded.provider];
    expect(tried).toEqual(["tensorrt", "cuda", "cpu"].slice(0, tried.length));
    expect(loaded.attempts.every(({ reason }) => reason.length > 0)).toBe(true);
    await stop();
  });

  it.for<[code: string, change: ArtifactChange]>([
    ["golden_mismatch", { goldenOff: 0.001 }],
    ["golden_mismatch", { graph: tinyGraph({ seed: 2 }) }],
    ["wrong_checksum", { damaged: ["model.onnx"] }],
    ["wrong_checksum", { damaged: ["golden.bin"] }],
    ["schema_mismatch", { schema: "0123456789abcdef" }],
    ["no_provider", { graph: tinyGraph({ seed: 1, last: "Identity" }) }],
    ["no_provider", { graph: new TextEncoder().encode("no graph") }],
  ])("refuses with %s: %o", async ([code, change], { expect }) => {
    writeArtifact(models, "bad", model, change);
    const started = await startScorer(optionsOf("bad"), never);
    expect(started).toMatchObject({ ok: false, error: { code } });
  });

  it("refuses an artifact that is not there or is of another version", async ({ expect }) => {
    expect(await startScorer(optionsOf("none"), never)).toMatchObject({
      error: { code: "not_found" },
    });
    writeArtifact(models, "v1", model);
    const renamed = { ...optionsOf("v1"), version: "v2" };
    expect(await startScorer(renamed, never)).toMatchObject({ error: { code: "bad_manifest" } });
  });
});

describe("a scoring thread that breaks", () => {
  it.for(["dies", "throws"])("while it runs: it %s", async (version, { expect }) => {
    const started = await startScorer(optionsOf(version), never, FAULTY);
    if (!started.ok) throw new Error(started.error.detail);
    expect(await started.value.run(batchOf(2))).toMatchObject({ ok: true });
    expect(await started.value.run(batchOf(13))).toMatchObject({ ok: false });
    expect(await started.value.ended).toMatch(
      version === "dies" ? /exited with 3/ : /out of memory/,
    );
    // A thread that is over fails at once, and does not leave anybody waiting.
    expect(await started.value.run(batchOf(2))).toMatchObject({ ok: false });
  });

  it.for(["hangs", "spins"])(
    "while it runs: it %s, and is given up",
    async (version, { expect }) => {
      const time = new ManualTime();
      const started = await startScorer(optionsOf(version), time.timer, FAULTY);
      if (!started.ok) throw new Error(started.error.detail);
      const stuck = started.value.run(batchOf(13));
      await time.advance(RANKER_LIMITS.hangMs - 1);
      let ended = false;
      void started.value.ended.then(() => (ended = true));
      await time.advance(0);
      expect(ended).toBe(false);
      await time.advance(1);
      expect(await stuck).toMatchObject({ ok: false, error: expect.stringContaining("hung") });
      expect(await started.value.ended).toBe("hung");
    },
  );

  it.for(["dies-loading", "throws-loading"])("while it loads: %s", async (version, { expect }) => {
    const started = await startScorer(optionsOf(version), never, FAULTY);
    expect(started).toMatchObject({ ok: false, error: { code: "crashed" } });
  });

  it("by never loading: it is given up", async ({ expect }) => {
    const time = new ManualTime();
    const started = startScorer(optionsOf("never-loads"), time.timer, FAULTY);
    await time.advance(RANKER_LIMITS.loadMsMax);
    expect(await started).toMatchObject({ ok: false, error: { code: "timeout" } });
  });

  it("by not stopping: it is ended", async ({ expect }) => {
    const time = new ManualTime();
    const started = await startScorer(optionsOf("stays"), time.timer, FAULTY);
    if (!started.ok) throw new Error(started.error.detail);
    const stopped = started.value.stop();
    await time.advance(RANKER_LIMITS.hangMs);
    await stopped;
    expect(await started.value.ended).toBe("did not stop");
  });
});
