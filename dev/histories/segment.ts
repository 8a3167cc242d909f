import { rmSync } from "node:fs";
import path from "node:path";

import { LIMITS } from "../../core/limits.ts";
import { check } from "../../sim/check.ts";
import type { History, Violation } from "../../sim/history.ts";
import { SeededRandom } from "../../sim/random.ts";
import { assemble } from "./assemble.ts";
import type { Counts } from "./clients.ts";
import type { Fault } from "./faults.ts";
import { quiesce, readFinals } from "./finals.ts";
import { type Lag, lagOf } from "./lag.ts";
import { Load, type SegmentSettings } from "./load.ts";
import { Product } from "./product.ts";
import { MAP, REPLICAS, SHARDS } from "./shape.ts";
import type { Populated } from "./wire.ts";
import type { World } from "./world.ts";

export interface SegmentResult {
  readonly number: number;
  readonly seed: number;
  readonly seconds: number;
  readonly entries: number;
  /** Epochs that left something in a log, beyond each shard's first. */
  readonly epochs: number;
  readonly finals: number;
  readonly counts: Counts;
  readonly faults: Record<Fault, number>;
  readonly lag: Lag;
  readonly violations: number;
  /** The first ones, told. */
  readonly told: readonly Violation[];
}

const USERS_PER_SHARD = 16;
const TOLD_MAX = 20;

/** A product of its own: load and faults, quiescence, the last reads, the store's dump, the verdict. */
export async function runSegment(
  settings: SegmentSettings,
  world: World,
): Promise<{ readonly result: SegmentResult; readonly history: History }> {
  const startMs = Date.now();
  const step = (text: string) =>
    settings.onStep(`${((Date.now() - startMs) / 1_000).toFixed(0)} s: ${text}`);
  const random = new SeededRandom(settings.seed);
  const product = new Product(
    {
      dataFolder: world.dataFolder,
      shards: SHARDS,
      replicas: REPLICAS,
      databaseUrl: world.databaseUrl,
      mutant: settings.mutant,
    },
    path.join(settings.folder, "product.log"),
  );
  try {
    await product.whenUp();
    const population = await product.ask<Populated>("/populate", {
      usersPerShard: USERS_PER_SHARD,
    });
    step("load");
    const load = new Load(settings, product, population, random, world);
    await load.run();
    step(`${load.operations} operations made; waiting for deliveries`);
    await quiesce(product);
    step("last reads");
    const finals = await readFinals(product, await world.logs(MAP));
    await product.stop();
    const dumps = await world.dump(MAP);
    step("checking");
    const history = assemble(dumps, load.events, finals, LIMITS.followerTtlMs + world.commitMsMax);
    const violations = check(history);
    const result: SegmentResult = {
      number: settings.number,
      seed: settings.seed,
      seconds: (Date.now() - startMs) / 1_000,
      entries: dumps.reduce(
        (sum, { log }) => sum + log.flatMap(({ entries }) => entries).length,
        0,
      ),
      epochs: history.shards.filter(({ kind }) => kind === "epoch").length,
      finals: finals.reduce((sum, { seen }) => sum + seen.length, 0),
      counts: load.counts,
      faults: load.faults,
      lag: lagOf(history),
      violations: violations.length,
      told: violations.slice(0, TOLD_MAX),
    };
    return { result, history };
  } finally {
    await product.kill();
  }
}

/** What a clean segment leaves behind is its events alone. */
export const clearData = (folder: string): void => rmSync(folder, { recursive: true, force: true });
