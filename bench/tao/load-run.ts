import { setTimeout as delay } from "node:timers/promises";

import { stream } from "../../dev/world/random.ts";
import type { DriverClient } from "./driver-client.ts";
import type { LagSample } from "./drive/protocol.ts";
import { Counters, since, type Totals } from "./measure/counters.ts";
import { countingFirstReads } from "./measure/first-reads.ts";
import { driveOpen } from "./measure/open-loop.ts";
import { watchStalls } from "./measure/stalls.ts";
import type { TaoOptions } from "./options.ts";
import { layersOf, type Layers, readsOf } from "./report/layers.ts";
import { lagSummary, latencySummary, quantiles } from "./report/summary.ts";
import { cpuOf } from "./runtime.ts";
import { schedule } from "./schedule.ts";
import { openColdRuntime, type Workbench } from "./workbench.ts";

/** Before the first request is due: the runtime is up by then. */
const START_IN_MS = 1_500;
const WINDOW_MS = 200;
/** Counters are read this often; a lag report covers as long. */
const STEP_SECONDS = 10;

/** One look at the counters: what was read since the last one. */
export interface Step {
  readonly seconds: number;
  readonly layers: Layers;
}

/** Load at a stated rate from a cold start, with everything that is watched meanwhile. */
export async function runLoad(bench: Workbench, options: TaoOptions, opsPerSecond: number) {
  const runtime = await openColdRuntime(bench, options);
  try {
    const startMs = Date.now() + START_IN_MS;
    const plan = {
      startMs,
      seconds: options.seconds,
      opsPerSecond,
      regions: runtime.regions.length,
      windowMs: WINDOW_MS,
    };
    const { source, firstReads } = countingFirstReads(bench.source);
    const windows = schedule(source, plan, stream(options.seed, "arrivals"));
    const stopStalls = watchStalls(options.seconds + 60);
    const cpuBefore = cpuOf(runtime);
    const watched = watch(runtime.driver, options, startMs);
    // Should the load end early, the runtime goes away under it: what ended the load is to be told.
    watched.catch(() => null);
    const driven = await driveOpen(windows, {
      open: (requests) => runtime.driver.open(requests),
      nowMs: Date.now,
      sleep: delay,
    });
    const { lag, steps, totals } = await watched;
    const cpuSecondsUsed = cpuOf(runtime) - cpuBefore;
    return {
      requests: driven.requests,
      ops: driven.ops,
      handOverLateMs: driven.handOverLateMs,
      firstReads: firstReads(),
      cpuMicrosPerOp: (cpuSecondsUsed * 1e6) / driven.ops,
      runtimeCores: cpuSecondsUsed / options.seconds,
      latency: latencySummary(bench.source.labels, driven),
      ...totals,
      steps,
      lag: {
        rows: lagSummary(lag.samples),
        skipped: lag.skipped,
        runtimeLateness: quantiles(lag.latenessMs),
        idleStalls: quantiles(stopStalls()),
      },
    };
  } finally {
    await runtime.stop();
  }
}
export type LoadResult = Awaited<ReturnType<typeof runLoad>>;

/** Reads counters and probes lag, step by step, while the load runs. */
async function watch(driver: DriverClient, options: TaoOptions, startMs: number) {
  const counters = new Counters();
  const lag = { samples: [] as LagSample[], skipped: 0, latenessMs: [] as number[] };
  const steps: Step[] = [];
  const look = async () => {
    const stats = await driver.stats();
    counters.add(stats);
    const follower = counters.totals("follower");
    const leader = counters.totals("leader");
    return { reads: readsOf(stats), driver: stats.driver, follower, leader, ops: stats.ops };
  };
  await delay(startMs - Date.now());
  let last = await look();
  const first = last;
  for (let second = 0; second < options.seconds; second += STEP_SECONDS) {
    const seconds = Math.min(STEP_SECONDS, options.seconds - second);
    const part = await driver.lag(options.lagEveryMs, seconds * 1_000);
    lag.samples.push(...part.samples);
    lag.latenessMs.push(...part.latenessMs);
    lag.skipped += part.skipped;
    const next = await look();
    steps.push({ seconds: second + seconds, layers: layersBetween(last, next) });
    last = next;
  }
  return {
    lag,
    steps,
    totals: {
      layers: layersBetween(first, last),
      follower: last.follower,
      leader: last.leader,
      found: last.ops,
      restarts: counters.restarts,
    },
  };
}

interface Look {
  readonly reads: number;
  readonly driver: Totals;
  readonly follower: Totals;
  readonly leader: Totals;
}

const layersBetween = (before: Look, after: Look): Layers =>
  layersOf(
    after.reads - before.reads,
    since(before.driver, after.driver),
    since(before.follower, after.follower),
    since(before.leader, after.leader),
  );
