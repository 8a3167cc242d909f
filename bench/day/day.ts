import { writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

import { type Generator, startGenerator } from "./generator.ts";
import { lostWrites } from "./lost.ts";
import { type DayOptions, dayOptions } from "./options.ts";
import { dayShare, type Phase, PHASES } from "./phases.ts";
import { plotPage } from "./plot.ts";
import {
  type Change,
  changeText,
  type Day,
  oneLine,
  type PhaseTimes,
  phaseLine,
  reportOf,
  reportText,
} from "./report.ts";
import type { Rate, Sample } from "./sample.ts";
import { REGION, type Stage, startStage } from "./stage.ts";

const say = (text: string) => console.error(text);

/** Of a phase before its fault. */
const CALM_MS = 10_000;
/** Level 0 must be met for so long before the phase is over: the next fault begins with clean windows. */
const OVER_MS = 20_000;
/**
 * A level ends 30 s after its signal is good again, and twice as late each time that it came back within ten
 * minutes, as it must where faults follow each other so fast. What takes longer than this has not come back.
 */
const BACK_MS_MAX = 240_000;
/** Caches fill and isolates compile meanwhile. */
const WARM_MS = 30_000;
/** Steps of half as much again, to learn what the product takes. */
const CAPACITY_STEPS = 8;
const HERD_MS = 20_000;

/** @returns the exit code: 1 when a write was lost, a level was not met, or one came twice. */
export async function day(args: readonly string[]): Promise<number> {
  const options = dayOptions(args);
  const stage = await startStage(options, say);
  try {
    const generator = startGenerator(stage.crowdFile);
    const done = await live(stage, generator, options);
    await generator.stop();
    say("Reading every acknowledged write back");
    const lost = await lostWrites(stage.crowd, generator.acknowledged);
    const { samples, told } = generator;
    const whole: Day = {
      options,
      phases: done,
      samples,
      told,
      changes: await changesOf(stage),
      region: REGION,
      lost,
    };
    const report = reportOf(whole);
    console.log(reportText(report));
    for (const missing of lost.missing.slice(0, 20)) say(`lost: ${missing}`);
    if (options.plot !== null) await writeFile(options.plot, plotPage(whole));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return report.isMet ? 0 : 1;
  } finally {
    await stage.stop();
  }
}

async function live(
  stage: Stage,
  generator: Generator,
  options: DayOptions,
): Promise<readonly PhaseTimes[]> {
  const rateAt = (hour: number): Rate => {
    const share = dayShare(hour);
    const reads = options.reads * share;
    return { reads, lookups: reads / 4, writes: options.writes * share };
  };
  generator.go(rateAt(7));
  await delay(WARM_MS);
  // What was cold was slow, and a level that came of it must be over.
  if (!(await untilNormal(generator.samples, Date.now())))
    say("The day begins above level 0: this machine is too busy for its rates");
  const done: PhaseTimes[] = [];
  for (const phase of PHASES.filter(({ name }) => name.includes(options.only))) {
    say(`${phase.name}, ${phase.hour}:00`);
    const rate = rateAt(phase.hour);
    generator.go(rate);
    const times = await through(phase, rate, stage, generator, options);
    done.push(times);
    const { samples, told } = generator;
    const seen = { options, samples, told, changes: await changesOf(stage), region: REGION };
    const line = phaseLine(seen, times);
    say(`  ${oneLine(line)}`);
    for (const change of line.changes) say(`  ${changeText(change)}`);
  }
  return done;
}

async function through(
  phase: Phase,
  rate: Rate,
  stage: Stage,
  generator: Generator,
  options: DayOptions,
): Promise<PhaseTimes> {
  const startMs = Date.now();
  await delay(CALM_MS);
  const capacity = phase.herd === null ? 0 : await capacityOf(generator, rate);
  const strikeMs = Date.now();
  await phase.strike(stage);
  if (phase.herd !== null) {
    say(
      `  ${capacity.toFixed(0)} reads a second is what it takes; ${phase.herd} times as many come`,
    );
    generator.go({ ...rate, reads: phase.herd * capacity });
  }
  await delay(phase.herd === null ? options.faultMs : HERD_MS);
  generator.go(rate);
  await phase.heal(stage);
  const healMs = Date.now();
  const cameBack = await untilNormal(generator.samples, healMs);
  const endMs = Date.now();
  return { name: phase.name, level: phase.level, startMs, strikeMs, healMs, endMs, cameBack };
}

/** The highest rate of reads, a second, of which nine in ten are answered soon. */
async function capacityOf(generator: Generator, rate: Rate): Promise<number> {
  let reads = rate.reads;
  let best = reads;
  for (let step = 0; step < CAPACITY_STEPS; step++) {
    reads = best * 1.5;
    generator.go({ ...rate, reads });
    const fromMs = Date.now();
    await delay(2_000);
    const answered = generator.samples.filter(
      ({ kind, status, dueMs, tookMs }) =>
        kind === "feed" && status === 200 && dueMs >= fromMs && tookMs < 500,
    );
    const took = answered.length / 2;
    if (took < reads * 0.9) break;
    best = took;
  }
  generator.go(rate);
  await delay(5_000);
  return best;
}

/** @returns whether it came in time. */
async function untilNormal(samples: readonly Sample[], healMs: number): Promise<boolean> {
  for (;;) {
    await delay(500);
    const nowMs = Date.now();
    const last = samples.findLast(({ level, region }) => level > 0 && region === REGION);
    const sinceMs = Math.max(healMs, last === undefined ? 0 : last.dueMs + last.tookMs);
    if (nowMs - sinceMs >= OVER_MS) return true;
    if (nowMs - healMs >= BACK_MS_MAX) return false;
  }
}

async function changesOf({ operator }: Stage): Promise<readonly Change[]> {
  const { regions } = await operator.levels();
  const own = regions.find(({ region }) => region === REGION);
  return (own?.changes ?? []).toReversed();
}
