import { setTimeout as sleep } from "node:timers/promises";

import { logicalShard } from "../../core/ids.ts";
import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import type { FollowerPin } from "../../core/tao/pinned-read.ts";
import { shardMapOf } from "../operator/connect.ts";
import { judgeLog } from "./findings.ts";
import { WriteLoad } from "./load.ts";
import { LogBook } from "./log-book.ts";
import { listQuestions, questionsOf, type Readback, readBack } from "./readback.ts";
import { type DrillWorld, type Profile, SHARDS, type Target } from "./world.ts";
import { type Ack, type Lane, rootBatch } from "./writes.ts";

/** Writers of each shard: enough that groups have several requests. */
const LANES_PER_SHARD = 3;
const PINS: readonly FollowerPin[] = DEFAULT_REGIONS.map(({ region }) => ({ region, replica: 0 }));
/** Of load before a kill, and of absence after it. */
const BEFORE_MS = [300, 1_500] as const;
const AWAY_MS = [0, 300] as const;
/** A leader's clock and ours are the same here; rows may be this much older than our look at them. */
const LOOK_BACK_MS = 30_000;

export interface DrillOptions {
  readonly profile: Profile;
  readonly target: Target;
  readonly times: number;
  readonly stop: AbortSignal;
  readonly say: (line: string) => void;
}

export interface DrillResult {
  readonly profile: Profile;
  readonly target: Target;
  readonly kills: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly replayed: number;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly missingSeqs: readonly string[];
  readonly followersWrong: readonly string[];
  readonly listsWrong: readonly string[];
  readonly inversesMissing: readonly string[];
  /** From each kill until every shard acknowledged a write that was sent after it, ms. */
  readonly recoveryMs: readonly number[];
  /** From the end of the writes until every follower was right, ms. */
  readonly settledMs: readonly number[];
}

const clock = { sleep: (ms: number) => sleep(ms), nowMs: Date.now };

/** Kills one part again and again in the middle of writes, and reads everything back each time. */
export async function drillKills(world: DrillWorld, options: DrillOptions): Promise<DrillResult> {
  const { profile, target, times, stop, say } = options;
  const startedMs = Date.now();
  const run = `drill-${startedMs.toString(36)}`;
  const lanes = await makeLanes(world, run);
  const load = new WriteLoad(run, lanes, { graph: world.graph, ...clock });
  const book = new LogBook();
  const found = new Findings(lanes);
  const recoveryMs: number[] = [];
  let checked = 0;
  let lookedMs = startedMs;
  const look = async (): Promise<void> => {
    const sinceMs = lookedMs - LOOK_BACK_MS;
    const rows = await world.logRows(sinceMs);
    if (rows === null) return;
    lookedMs = Date.now();
    book.add(rows);
  };

  load.resume();
  for (let kill = 1; kill <= times && !stop.aborted; kill++) {
    await sleep(between(BEFORE_MS));
    const killedMs = Date.now();
    await world.kill(target);
    if (target === "runtime") await look();
    await sleep(between(AWAY_MS));
    await world.restart(target);
    recoveryMs.push((await load.recovered(killedMs)) - killedMs);
    await load.pause();
    await look();
    await found.readEverywhere(world, load.acks, checked);
    const { acks, unknown } = load;
    say(
      `${kill}/${times}: ${acks.length - checked} writes, back after ${recoveryMs.at(-1)} ms, ${unknown} outcomes unknown so far`,
    );
    checked = acks.length;
    load.resume();
  }
  await load.pause();
  // What only a memory still had would be gone now.
  await world.kill("runtime");
  await look();
  await world.restart("runtime");
  await found.readEverywhere(world, load.acks, 0);

  const judged = judgeLog(book.rows, load.acks);
  const of = (about: string) => [...(found.wrong.get(about) ?? [])];
  return {
    profile,
    target,
    kills: recoveryMs.length,
    acknowledged: load.acks.length,
    unknown: load.unknown,
    replayed: load.replayed,
    lost: [...new Set([...judged.lost, ...of("leader post")])],
    duplicated: judged.duplicated,
    missingSeqs: judged.missing,
    followersWrong: [...of("follower post"), ...of("follower list"), ...of("follower inverse")],
    listsWrong: of("leader list"),
    inversesMissing: of("leader inverse"),
    recoveryMs,
    settledMs: found.settledMs,
  };
}

async function makeLanes(world: DrillWorld, run: string): Promise<Lane[]> {
  const map = shardMapOf(SHARDS);
  const lanes: Lane[] = [];
  for (let lane = 0; lane < SHARDS * LANES_PER_SHARD; lane++) {
    const shard = lane % SHARDS;
    const home = logicalShard(map.entries[shard]?.from ?? 0);
    const made = await world.graph.write(rootBatch(home, `${run}:root:${lane}`));
    const root = made.is === "acknowledged" ? made.results[0]?.id : undefined;
    if (root === undefined) throw new Error(`no user on shard ${shard}: ${JSON.stringify(made)}`);
    lanes.push({ shard, home, root });
  }
  return lanes;
}

/** What reading back found wrong so far, by where and what. */
class Findings {
  readonly wrong = new Map<string, Set<string>>();
  readonly settledMs: number[] = [];
  readonly #lanes: readonly Lane[];

  constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes;
  }

  /** The store through its leaders, then every follower of every region. */
  async readEverywhere(world: DrillWorld, acks: readonly Ack[], from: number): Promise<void> {
    const deps = { graph: world.graph, ...clock };
    const questions = [
      ...questionsOf(this.#lanes, acks.slice(from)),
      ...listQuestions(this.#lanes, acks),
    ];
    this.#note("leader", await readBack("leader", questions, deps));
    for (const pin of PINS) {
      const back = await readBack(pin, questions, deps);
      this.#note("follower", back);
      this.settledMs.push(back.settledMs);
    }
  }

  #note(where: "leader" | "follower", { wrong }: Readback): void {
    for (const { about, read } of wrong) {
      const name = `${where} ${about}`;
      const set = this.wrong.get(name) ?? new Set<string>();
      this.wrong.set(name, set.add(read));
    }
  }
}

const between = ([from, to]: readonly [number, number]): number =>
  from + Math.random() * (to - from);
