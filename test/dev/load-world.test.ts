import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "vitest";

import { LISTED_ROOT } from "../../core/feed/directory.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { shardMapOf } from "../../dev/operator/connect.ts";
import { silent } from "../../dev/operator/progress.ts";
import { countWorld } from "../../dev/world/census.ts";
import { type LoadOptions, loadWorld } from "../../dev/world/load.ts";
import { defaultSpec, generateWorld } from "../../dev/world/world.ts";
import { FakeProduct } from "./fake-product.ts";

const NOW_MS = 1_780_000_000_000;
const spec = { ...defaultSpec(7, 30, NOW_MS), postsPerUser: 4, followsPerUser: 8 };

const painter = {
  avatar: (_seed: number, index: number) => ({ png: new Uint8Array([1, index]), alt: "a face" }),
  scene: (_seed: number, index: number) => ({ png: new Uint8Array([2, index]), alt: "a view" }),
};
const stateFile = (): string =>
  path.join(mkdtempSync(path.join(tmpdir(), "edgewise-")), "world.jsonl");
const optionsFor = (product: FakeProduct, file: string): LoadOptions => ({
  spec,
  api: product.api(),
  shardMap: shardMapOf(16),
  stateFile: file,
  progress: silent,
  painter,
  stop: new AbortController().signal,
  nowMs: () => NOW_MS,
});

it("loads everything the world holds", async ({ expect }) => {
  const product = new FakeProduct();
  const outcome = await loadWorld(optionsFor(product, stateFile()));

  const counts = countWorld(generateWorld(spec));
  const ofType = (otype: number) =>
    [...product.objects.values()].filter((object) => object.otype === otype).length;
  const edges = (atype: number) =>
    [...product.lists].reduce(
      (sum, [key, list]) => sum + (key.endsWith(`/${atype}`) ? list.size : 0),
      0,
    );
  expect(outcome.kind).toBe("loaded");
  expect(ofType(1)).toBe(counts.people);
  expect(ofType(2)).toBe(counts.posts + counts.shares);
  expect(ofType(3)).toBe(counts.comments);
  expect(edges(ASSOC.follows)).toBe(counts.follows);
  expect(edges(ASSOC.friends)).toBe(counts.friendships * 2);
  expect(edges(ASSOC.likes)).toBe(counts.reactions);
  expect(edges(ASSOC.handle)).toBe(counts.people);
  expect(product.list(LISTED_ROOT, ASSOC.listed)).toHaveLength(counts.people);
});

it("does nothing when the world is there, even without its state file", async ({ expect }) => {
  const product = new FakeProduct();
  const file = stateFile();
  await loadWorld(optionsFor(product, file));
  const before = { ...product.size(), calls: product.calls };

  expect(await loadWorld(optionsFor(product, file))).toEqual({ kind: "already" });
  expect(await loadWorld(optionsFor(product, stateFile()))).toEqual({ kind: "already" });
  expect(product.size()).toEqual({ objects: before.objects, edges: before.edges });
  expect(product.calls - before.calls).toBeLessThan(10);
});

it("goes on wherever the product died, with the answer to its last write lost", async ({
  expect,
}) => {
  const whole = new FakeProduct();
  await loadWorld(optionsFor(whole, stateFile()));

  const product = new FakeProduct();
  const file = stateFile();
  let deaths = 0;
  for (let life = 1; life <= 12; life++) {
    product.writesLeft = life < 12 ? 2 : Number.POSITIVE_INFINITY;
    await loadWorld(optionsFor(product, file)).catch((error: unknown) => {
      expect(String(error)).toMatch(/no answer/);
      deaths += 1;
    });
  }
  expect(deaths).toBeGreaterThan(5);
  expect(product.replays).toBeGreaterThan(5);
  expect(product.size()).toEqual(whole.size());
});

it("stops between steps when asked, and says so", async ({ expect }) => {
  const product = new FakeProduct();
  const stopped = AbortSignal.abort();
  const outcome = await loadWorld({ ...optionsFor(product, stateFile()), stop: stopped });
  expect(outcome.kind).toBe("stopped");
  expect(product.objects.size).toBe(0);
});

it("waits as long as a busy product asks", async ({ expect }) => {
  const product = new FakeProduct();
  product.busyAt = new Set([1]);
  await loadWorld(optionsFor(product, stateFile()));
  expect(product.sleptMs).toEqual([2_000]);
});

it("refuses a store that holds a smaller world of the same seed", async ({ expect }) => {
  const product = new FakeProduct();
  await loadWorld(optionsFor(product, stateFile()));
  const before = product.size();
  const larger = { ...optionsFor(product, stateFile()), spec: { ...spec, users: 31 } };
  await expect(loadWorld(larger)).rejects.toThrow(/@\w+ is taken/);
  expect(product.size()).toEqual(before);
});
