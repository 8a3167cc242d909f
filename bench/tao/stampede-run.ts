import { physicalShardOf } from "../../core/tao/shard-map.ts";
import { digits, table } from "../report/table.ts";
import type { StampedeReport, Stats } from "./drive/protocol.ts";
import { Counters, since } from "./measure/counters.ts";
import type { TaoOptions } from "./options.ts";
import type { TaoRuntime } from "./runtime.ts";
import { openRuntime, type Workbench } from "./workbench.ts";

const READERS = 1_000;
const ROUNDS = 10;
/** At least one for every follower of a shard. */
const WAKING_READERS = 64;
/** Objects far apart in the graph, so that no two rounds share one. */
const STRIDE = 37;

export interface StampedeRound extends StampedeReport {
  readonly shard: number;
  /** Calls of followers to the leader. */
  readonly fills: number;
  /** Queries of the leader to its store; NaN where it does not count them. */
  readonly storeQueries: number;
  /** SELECTs that the database counted itself; null over the embedded store. */
  readonly databaseSelects: number | null;
}

/** Each round all readers ask for one object that nobody has read since the runtime started. */
export async function runStampede(
  bench: Workbench,
  options: TaoOptions,
): Promise<readonly StampedeRound[]> {
  const runtime = await openRuntime(bench.folder, options);
  try {
    await wakeAll(runtime, bench);
    const rounds: StampedeRound[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await oneRound(runtime, bench, round));
    return rounds;
  } finally {
    await runtime.stop();
  }
}

/** Objects are up before the first round, and have read something else: only the key is cold. */
async function wakeAll({ driver, map }: TaoRuntime, bench: Workbench): Promise<void> {
  const awake = new Set<number>();
  for (let n = 1; n < STRIDE * ROUNDS && awake.size < map.entries.length; n++) {
    const id = bench.objectAt(n);
    const shard = physicalShardOf(map, id);
    if (n % STRIDE === 0 || awake.has(shard)) continue;
    awake.add(shard);
    await driver.stampede(id, WAKING_READERS);
  }
}

async function oneRound(
  { driver, map, databaseSelects }: TaoRuntime,
  bench: Workbench,
  round: number,
): Promise<StampedeRound> {
  const id = bench.objectAt((round + 1) * STRIDE);
  const before = await driver.stats();
  const selectsBefore = (await databaseSelects?.()) ?? null;
  const report = await driver.stampede(id, READERS);
  const selectsAfter = (await databaseSelects?.()) ?? null;
  const after = await driver.stats();
  return {
    ...report,
    shard: physicalShardOf(map, id),
    fills: counted(before, after, "follower", "fills"),
    storeQueries: counted(before, after, "leader", "queries"),
    databaseSelects:
      selectsBefore === null || selectsAfter === null ? null : selectsAfter - selectsBefore,
  };
}

function counted(before: Stats, after: Stats, kind: "follower" | "leader", name: string): number {
  const counters = new Counters();
  counters.add(before);
  const first = counters.totals(kind);
  counters.add(after);
  return since(first, counters.totals(kind))[name] ?? Number.NaN;
}

export const isCalm = (rounds: readonly StampedeRound[]): boolean =>
  rounds.every(({ failed, wrong, storeQueries }) => failed + wrong === 0 && storeQueries <= 1);

export function stampedeText(options: TaoOptions, rounds: readonly StampedeRound[]): string {
  return [
    "",
    `${READERS} readers at once on one cold object, ${options.profile} store, over ${rounds[0]?.followers} followers (every region, ${options.replicas} replicas).`,
    "",
    table(
      ["round", "shard", "fills", "store queries", "database SELECTs", "failed", "wrong", "ms"],
      rounds.map((round, n) => [
        String(n + 1),
        String(round.shard),
        String(round.fills),
        digits(round.storeQueries, 0),
        round.databaseSelects === null ? "–" : String(round.databaseSelects),
        String(round.failed),
        String(round.wrong),
        String(round.elapsedMs),
      ]),
    ),
    "",
    `One store query a round: ${isCalm(rounds) ? "met" : "missed"}.`,
    "",
  ].join("\n");
}
