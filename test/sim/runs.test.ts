import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { describe, it } from "vitest";

import type { StoreKind } from "../../sim/faults.ts";
import { MUTANTS } from "../../sim/mutants.ts";
import { runSeed } from "../../sim/run.ts";
import { Tally } from "../../sim/tally.ts";

const BUDGET_MS = 8_000;
const SEEDS_END = 1_000_000_000;
const OPERATIONS = 500;
const run = promisify(execFile);
const sim = (...words: string[]) => run(process.execPath, ["sim/main.ts", ...words]);

describe("simulator", () => {
  it("finds nothing in fresh seeds over either store", async ({ expect }) => {
    const from = Date.now() % SEEDS_END;
    const endMs = performance.now() + BUDGET_MS;
    const total = new Tally();
    const stores = new Set<StoreKind>();
    for (let seed = from; performance.now() < endMs; seed++) {
      const run = await runSeed(seed, { operations: OPERATIONS, trace: null });
      expect(run.violations, `node sim/main.ts --seed ${seed}`).toEqual([]);
      total.add(run.reached);
      stores.add(run.store);
    }
    // A short run need not see the rarest faults; without these it would have seen nothing.
    const rare = total.holes(stores).length;
    expect(rare).toBeLessThanOrEqual(total.entries().length / 4);
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
  });
});

describe("mutants", () => {
  it("fit the source, and most fall within two seeds", { timeout: 120_000 }, async ({ expect }) => {
    // Some need more seeds than a test has time for: the whole table is `npm run sim -- --mutants`.
    const { stdout } = await sim("--mutants", "--seeds", "2", "--from", "700").catch(
      (error: { readonly stdout: string }) => error,
    );
    const [, caught = "0", all = "0"] = /^(\d+) of (\d+) mutants caught$/m.exec(stdout) ?? [];
    expect(Number(all)).toBe(MUTANTS.length);
    expect(Number(caught)).toBeGreaterThanOrEqual(MUTANTS.length / 2);
  });

  it("have names of their own", ({ expect }) => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });
});
