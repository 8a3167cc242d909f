import { readdir } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

import { LIMITS } from "../../core/limits.ts";
import { bucketOf } from "../../core/telemetry/histogram.ts";
import { COUNTERS, type RegionCounts, TIMINGS } from "../../core/telemetry/region-counts.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MINUTES = 1_440;
/** Answers in a minute at noon; at night a tenth of it. */
const ANSWERS = 60_000;
/** Percentiles that a time's histogram is drawn from, ms. */
const SPREAD_MS = [2, 4, 6, 9, 12, 14, 18, 25, 40, 60, 90, 140, 220, 400, 900];

/**
 * Writes a day into the tables of every region's controller, as `durable-objects/region-history-rows.ts`
 * has them. Nothing may run over `dataFolder`, and each controller must have been there once.
 *
 * @returns how many controllers there are.
 */
export async function seedDay(dataFolder: string, nowMs: number): Promise<number> {
  const folder = path.join(dataFolder, "storage/do/edgewise-objects-RegionController");
  const files = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  for (const file of files) seed(path.join(folder, file), nowMs);
  return files.length;
}

function seed(file: string, nowMs: number): void {
  const database = new DatabaseSync(file);
  try {
    database.exec("BEGIN");
    const minute = database.prepare("INSERT OR REPLACE INTO history_minutes VALUES (?, ?, ?)");
    const five = database.prepare("INSERT OR REPLACE INTO history_five_minutes VALUES (?, ?, ?)");
    const hour = database.prepare("INSERT OR REPLACE INTO history_hours VALUES (?, ?, ?)");
    const first = Math.floor(nowMs / HOUR_MS) * HOUR_MS - MINUTES * MINUTE_MS;
    for (let at = 0; at < MINUTES; at++)
      minute.run(first + at * MINUTE_MS, levelAt(at), JSON.stringify(countsAt(at, 1)));
    for (let at = 0; at < MINUTES; at += 5)
      five.run(first + at * MINUTE_MS, levelAt(at), JSON.stringify(countsAt(at, 5)));
    for (let at = 0; at < MINUTES / 60; at++)
      hour.run(first + at * HOUR_MS, levelAt(at * 60), JSON.stringify(countsAt(at * 60, 60)));
    const change = database.prepare("INSERT OR REPLACE INTO changes VALUES (?, ?)");
    // Below the revisions that the controller itself gives, so that it goes on with its own.
    for (let revision = -LIMITS.levelChangesMax; revision < 0; revision++) {
      const atMs = nowMs + revision * 2 * MINUTE_MS;
      const reason = "the ranker's p95 is 131 ms, over 100 ms, as 412 answers say";
      change.run(
        revision,
        JSON.stringify({ atMs, revision, from: 0, to: 1, reason, by: "controller", pin: null }),
      );
    }
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

/** Counted in an ordinary minute now and then: with as many as of the others, every alert would fire. */
const UNWANTED =
  /error|refus|denied|throttled|5xx|429|503|empty|stale|miss|opened|slow|others|dead|rolled|chronological/;

const levelAt = (minute: number): number => (minute % 400 > 380 ? 3 : 0);

function countsAt(minute: number, minutes: number): RegionCounts {
  const day = 0.55 + 0.45 * Math.sin((2 * Math.PI * minute) / MINUTES);
  const answers = Math.round(ANSWERS * day * minutes);
  const counters = Object.fromEntries(
    COUNTERS.map((name, index) => [
      name,
      UNWANTED.test(name) ? 1 : Math.round(answers / (1 + index)),
    ]),
  );
  const counts = SPREAD_MS.flatMap((ms, index) => [
    bucketOf(ms),
    Math.ceil(answers / 2 ** Math.abs(index - 5)),
  ]);
  const timing = { counts, sumMs: answers * 20, maxMs: 900 };
  return { counters, timings: Object.fromEntries(TIMINGS.map((name) => [name, timing])) };
}
