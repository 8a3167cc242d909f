import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, it } from "vitest";

import { falsifyAll } from "../../dev/histories/falsify.ts";
import { runSegment } from "../../dev/histories/segment.ts";
import { makeWorld } from "../../dev/histories/world.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "edgewise-histories-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function segmentWith(mutant: string | null) {
  const world = await makeWorld("embedded", path.join(folder, "world"));
  try {
    return await runSegment(
      {
        number: 1,
        seed: 7,
        operations: 3_000,
        writeShare: 0.33,
        withFaults: true,
        mutant,
        folder,
        onStep: () => undefined,
      },
      world,
    );
  } finally {
    await world.stop();
  }
}

it("keeps every guarantee while the runtime is killed and clients are cut off", async ({
  expect,
}) => {
  const { result, history } = await segmentWith(null);
  expect(result.told).toEqual([]);
  expect(result.violations).toBe(0);
  expect(result.counts.streamsStuck).toBe(0);
  expect(result.faults["runtime killed"]).toBe(2);
  expect(result.counts.acknowledged).toBeGreaterThan(50);
  // The same history with one lie in it: each kind is found.
  expect(falsifyAll(history, 7)).toEqual([]);
});

it("finds a mistake in the followers of the running product", async ({ expect }) => {
  const { result } = await segmentWith("invalidation lost");
  expect(result.violations).toBeGreaterThan(0);
});
