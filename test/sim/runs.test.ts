import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { describe, it } from "vitest";

import type { StoreKind } from "../../sim/faults.ts";
import { edit, mutant } from "../../sim/mutant.ts";
import { misfitsOf } from "../../sim/mutant-loader.ts";
import { MUTANTS } from "../../sim/mutants.ts";
import { runSeed } from "../../sim/run.ts";
import { Tally } from "../../sim/tally.ts";

/** Fresh seeds for about a minute in every run of the tests. */
const BUDGET_MS = 55_000;
/** This many seeds reach every kind of fault; a slow machine gets through fewer. */
const SEEDS_FOR_ALL = 150;
const SEEDS_END = 1_000_000_000;
const OPERATIONS = 500;
const execute = promisify(execFile);
/** Whoever waits longer has given up: nothing may go on in the background. */
const SIM_MS_MAX = 100_000;
const sim = (...words: string[]) =>
  execute(process.execPath, ["sim/main.ts", ...words], { timeout: SIM_MS_MAX });

describe("simulator", () => {
  it("finds nothing in fresh seeds over either store", { timeout: 150_000 }, async ({ expect }) => {
    const from = Date.now() % SEEDS_END;
    const endMs = performance.now() + BUDGET_MS;
    const total = new Tally();
    const stores = new Set<StoreKind>();
    let seeds = 0;
    for (; performance.now() < endMs; seeds++) {
      const seed = from + seeds;
      const run = await runSeed(seed, { operations: OPERATIONS, trace: null });
      expect(run.violations, `node sim/main.ts --seed ${seed}`).toEqual([]);
      total.add(run.reached);
      stores.add(run.store);
    }
    // A short run need not see the rarest faults; without most of them it would have seen nothing.
    const holes = total.holes(stores);
    if (seeds >= SEEDS_FOR_ALL) expect(holes).toEqual([]);
    else expect(holes.length).toBeLessThanOrEqual(total.entries().length / 4);
  });

  it("repeats a seed exactly", async ({ expect }) => {
    const story = async () => {
      const lines: string[] = [];
      await runSeed(4, { operations: 120, trace: (line) => lines.push(line) });
      return lines;
    };
    const first = await story();
    expect(first.length).toBeGreaterThan(200);
    expect(await story()).toEqual(first);
  });
});

describe("command line", () => {
  it("explains itself and refuses what it does not know", async ({ expect }) => {
    expect((await sim("--help")).stdout).toContain("--mutants");
    await expect(sim("--sedes", "3")).rejects.toMatchObject({ code: 2 });
    await expect(sim("--mutant", "no such mistake")).rejects.toMatchObject({ code: 2 });
  });
});

describe("mutants", () => {
  it("fit the source", async ({ expect }) => {
    expect(await misfitsOf(MUTANTS)).toEqual([]);
  });

  it("are caught", { timeout: 120_000 }, async ({ expect }) => {
    // The others take more time than a test has: `npm run sim -- --mutants` tells all.
    const { stdout } = await sim("--mutant", "refill", "--seeds", "20", "--from", "700");
    expect(stdout).toContain("1 of 1 mutants caught");
  });

  it("fail the run when one survives", async ({ expect }) => {
    const hardlyTried = [
      "--mutant",
      "refill",
      "--seeds",
      "1",
      "--operations",
      "1",
      "--from",
      "700",
    ];
    await expect(sim(...hardlyTried)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining("SURVIVED"),
    });
  });

  it("that fit nowhere are told", async ({ expect }) => {
    const typo = mutant("typo", edit("version", "no such text", ""), edit("no-such-file", "", ""));
    expect(await misfitsOf([typo])).toHaveLength(2);
  });

  it("have names of their own", ({ expect }) => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });
});
