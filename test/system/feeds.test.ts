import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, it } from "vitest";

import { reportOf, shortcomings } from "../../dev/feeds/report.ts";
import { runFeeds, type RunSettings } from "../../dev/feeds/run.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "edgewise-feeds-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const settings = (name: string): RunSettings => ({
  profile: "embedded",
  folder: path.join(folder, name),
  users: 30,
  ldbc: null,
  seed: 7,
  operations: 160,
  mix: "all",
  checkpoints: 1,
  kills: 0,
  withFaults: true,
  boundMs: 10_000,
  withFarPages: false,
  mutant: null,
  onStep: () => undefined,
});

it("shows everybody what the oracle says, from the cache mostly, while objects are evicted", async ({
  expect,
}) => {
  const result = await runFeeds(settings("whole"));
  expect(result.findings.told, reportOf(result)).toEqual([]);
  const demands = { minRemoved: 1, minFromCache: 0.5, withFaults: true };
  expect(shortcomings(result, demands)).toEqual([]);
  expect(result.operations).toBe(160);
  expect(result.compared.kept).toBeGreaterThan(100);
  expect(result.judged).toBeGreaterThan(100);
});

it("finds a mistake in the cache of the running product", async ({ expect }) => {
  const { findings } = await runFeeds({
    ...settings("mutant"),
    operations: 50,
    withFaults: false,
    mutant: "push lost",
  });
  expect(findings.counts.get("hole")).toBeGreaterThan(0);
});
