import { setTimeout as delay } from "node:timers/promises";

import { BOUNDS } from "../bounds.ts";
import type { Drive, Driven, Generator } from "../load/generator.ts";
import { benchCpuSeconds, busySeconds, cpuSeconds, withDescendants } from "./processes.ts";
import { mean, median } from "./statistics.ts";

/** A server that uses less has finished its work. */
const IDLE_CORES = 0.05;
/** Longer than its queue waits for a full batch. */
const IDLE_SECONDS = 3;

/** A server to measure. */
export interface Target {
  readonly name: string;
  readonly url: string;
  /** Its processes; what they start counts too. */
  readonly pids: readonly number[];
  readonly reads: string;
  readonly writes: string | null;
  /** As in `Drive`; null where the page never changes: its floor answers nothing else. */
  readonly verified: string | null;
  /** Before each round of it: what a product under steady traffic has warm, and a busy bench has let go cold. */
  readonly warm?: () => Promise<void>;
}

export interface Round extends Driven {
  /** Writes are charged to the reads that they come with. */
  readonly readsPerSecond: number;
  readonly cpuMsPerRead: number;
  /** Cores that processes beside server, generator and bench kept busy meanwhile. */
  readonly foreignCores: number;
  readonly isNoisy: boolean;
}

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly readsPerWrite: number;
  /** A round during which others used more cores than this is dropped and repeated. */
  readonly foreignCoresMax: number;
  readonly onRound: (target: Target, round: Round) => void;
}

export interface Measured {
  readonly target: Target;
  /** The rounds that count. */
  readonly rounds: readonly Round[];
  /** How many were dropped because others used the machine. */
  readonly dropped: number;
}

/**
 * A B C A B C …: what changes slowly about the machine hits all targets alike. A warm-up
 * round of each comes first and does not count.
 */
export async function measureInTurn(
  targets: readonly Target[],
  generator: Generator,
  plan: Plan,
): Promise<readonly Measured[]> {
  const results = targets.map((target) => ({ target, rounds: [] as Round[], dropped: 0 }));
  for (const [index, target] of targets.entries()) {
    await target.warm?.();
    await generator.drive(driveOf(target, plan, index));
    await idle(target);
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const result of results) {
      const { kept, dropped } = await quietRound(result.target, generator, plan, round);
      result.rounds.push(kept);
      result.dropped += dropped;
      plan.onRound(result.target, kept);
    }
  }
  return results;
}

/** Repeats a noisy round; after the last try the quietest counts, and says that it is noisy. */
async function quietRound(
  target: Target,
  generator: Generator,
  plan: Plan,
  round: number,
): Promise<{ readonly kept: Round; readonly dropped: number }> {
  const tries: Round[] = [];
  while (tries.length < BOUNDS.triesMax) {
    await target.warm?.();
    await quiet(target, plan.foreignCoresMax);
    // Far apart, so that no round repeats the requests of another.
    const start = (round * BOUNDS.triesMax + tries.length) * 7_919;
    const done = await oneRound(target, generator, plan, start);
    tries.push(done);
    if (!done.isNoisy) break;
  }
  const kept = tries.reduce((best, next) => (next.foreignCores < best.foreignCores ? next : best));
  return { kept, dropped: tries.length - 1 };
}

async function oneRound(
  target: Target,
  generator: Generator,
  plan: Plan,
  start: number,
): Promise<Round> {
  const before = reading(target);
  const driven = await generator.drive(driveOf(target, plan, start));
  const after = reading(target);
  const drivenSeconds = after.server - before.server;
  const foreignSeconds = after.busy - before.busy - drivenSeconds - (after.bench - before.bench);
  // What writes left to be done belongs to them.
  const serverSeconds = drivenSeconds + (await idle(target));
  const foreignCores = Math.max(0, foreignSeconds / driven.seconds);
  const share = target.writes === null ? 1 : plan.readsPerWrite / (plan.readsPerWrite + 1);
  const reads = driven.requests * share;
  return {
    ...driven,
    readsPerSecond: reads / driven.seconds,
    cpuMsPerRead: (serverSeconds * 1_000) / reads,
    foreignCores,
    isNoisy: foreignCores > plan.foreignCoresMax,
  };
}

const driveOf = (target: Target, plan: Plan, start: number): Drive => ({
  url: target.url,
  reads: target.reads,
  writes: target.writes,
  verified: target.verified,
  readsPerWrite: plan.readsPerWrite,
  connections: plan.connections,
  seconds: plan.seconds,
  start,
});

const reading = ({ pids }: Target) => ({
  server: cpuSeconds(pids.flatMap(withDescendants)),
  bench: benchCpuSeconds(),
  busy: busySeconds(),
});

/**
 * Waits, within bounds, until a server that was written to has nothing left to do.
 *
 * @returns CPU seconds that what was left took: without what it uses while it is idle.
 */
async function idle({ writes, pids }: Target): Promise<number> {
  if (writes === null) return 0;
  const cpu = () => cpuSeconds(pids.flatMap(withDescendants));
  const used: number[] = [];
  const isIdle = () =>
    used.length >= IDLE_SECONDS && used.slice(-IDLE_SECONDS).every((cores) => cores < IDLE_CORES);
  while (used.length < BOUNDS.idleWaitSeconds && !isIdle()) {
    const before = cpu();
    await delay(1_000);
    used.push(cpu() - before);
  }
  const background = mean(used.slice(-IDLE_SECONDS));
  return used.reduce((sum, cores) => sum + Math.max(0, cores - background), 0);
}

/** Waits, within bounds, until others leave the machine alone. */
async function quiet(target: Target, coresMax: number): Promise<void> {
  for (let second = 0; second < BOUNDS.quietWaitSeconds; second++) {
    const before = reading(target);
    await delay(1_000);
    const after = reading(target);
    const ours = after.server - before.server + (after.bench - before.bench);
    if (after.busy - before.busy - ours < coresMax) return;
  }
}

/** Minimum and median over the rounds that count. */
export function summary({ rounds }: Measured) {
  const of = (pick: (round: Round) => number) => {
    const values = rounds.map(pick);
    return { min: Math.min(...values), median: median(values) };
  };
  return {
    cpuMsPerRead: of((round) => round.cpuMsPerRead),
    readsPerSecond: of((round) => round.readsPerSecond),
    p50Ms: of((round) => round.p50Ms),
    p99Ms: of((round) => round.p99Ms),
    foreignCores: of((round) => round.foreignCores),
    noisyRounds: rounds.filter((round) => round.isNoisy).length,
    refused: rounds.reduce((sum, round) => sum + round.refused, 0),
    lost: rounds.reduce((sum, round) => sum + round.lost, 0),
    wrong: rounds.reduce((sum, round) => sum + round.wrong, 0),
  };
}
