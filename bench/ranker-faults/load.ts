import { setTimeout as sleep } from "node:timers/promises";

import type { Asked, RankingRuntime } from "./runtime.ts";

/** One answer, as its caller saw it. */
export interface Sample extends Asked {
  /** Unix ms of the moment it was due. */
  readonly dueMs: number;
  /** From then: what waits in the generator counts. */
  readonly tookMs: number;
}

export interface Load {
  readonly region: string;
  readonly ratePerSecond: number;
  readonly rows: number;
  readonly budgetMs: number;
  readonly isolates: number;
  readonly seconds: number;
}

/** Asks at a steady rate, whether answers come or not. An error is an answer, too: a wrong one. */
export async function openLoop(runtime: RankingRuntime, load: Load): Promise<readonly Sample[]> {
  const startMs = Date.now();
  const count = Math.round(load.seconds * load.ratePerSecond);
  const asked: Promise<Sample>[] = [];
  for (let place = 0; place < count; place++) {
    const dueMs = startMs + (place * 1_000) / load.ratePerSecond;
    await sleep(Math.max(0, dueMs - Date.now()));
    asked.push(one(runtime, load, place, dueMs));
  }
  return Promise.all(asked);
}

async function one(
  runtime: RankingRuntime,
  { region, rows, budgetMs, isolates }: Load,
  place: number,
  dueMs: number,
): Promise<Sample> {
  const proxy = place % isolates;
  try {
    const answer = await runtime.ask({ region, proxy, rows, place, budgetMs });
    return { ...answer, dueMs, tookMs: Date.now() - dueMs };
  } catch (error) {
    const failed = { mode: "none", reason: String(error), isTrue: false };
    return { ...failed, dueMs, tookMs: Number.POSITIVE_INFINITY };
  }
}
