import { LIMITS } from "../core/limits.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { check } from "./check.ts";
import { drawFaults } from "./faults.ts";
import { laggardsOf, readEverything } from "./final-view.ts";
import { driftOf, drawSkewMs } from "./host-clock.ts";
import { drawHabits } from "./habits.ts";
import type { ClientEvent, FinalView, History, Laggard, Stored, Violation } from "./history.ts";
import { Operations } from "./operations.ts";
import { populate } from "./populate.ts";
import { positionOf } from "./position.ts";
import { SeededRandom } from "./random.ts";
import { Session } from "./session.ts";
import { deploy, disturb, storm } from "./storm.ts";
import type { StoreKind } from "./faults.ts";
import type { Counts } from "./tally.ts";
import { World, type WorldShape } from "./world.ts";

/** Plain data: it crosses from one thread to another. */
export interface RunResult {
  readonly seed: number;
  readonly store: StoreKind;
  readonly violations: readonly Violation[];
  readonly reached: Counts;
  readonly operations: number;
  readonly virtualMs: number;
}

export interface RunOptions {
  readonly operations: number;
  /** Absent: the seed chooses. */
  readonly store?: StoreKind | undefined;
  /** Gets a line per event; null where nobody reads along. */
  readonly trace: ((line: string) => void) | null;
}

const REGIONS = ["us-east", "eu-west", "apac"];
const SHARDS = 3;
const CLIENTS = 12;
/** So many requests before a lull, followers begin to be deployed anew: the chance before each request. */
const LAST = 40;
const DEPLOYMENTS = [0, 0.1, 0.3];
/** From the last request to the lull, at most. */
const LAST_MS = 4_000;
/** No run asks as often as the product's bound wants it: most call hot what is asked for at all. */
const HOT = [
  { readsPerSecond: 1, sampleEvery: 1 },
  { readsPerSecond: 1, sampleEvery: 1 },
  { readsPerSecond: LIMITS.hotReadsPerSecond, sampleEvery: LIMITS.hotSampleEvery },
];
/** Between lulls. */
const STRETCHES = [1, 1, 3, 6];
/**
 * Quiescence: at least this long without faults, which is longer than any message is late
 * (network.ts) and than what it starts takes; then until no alarm is left.
 */
const QUIET_MS = { from: 32_000, to: 75_000 };

/** One seed: a world, its clients, its storms with a lull after each, and the verdict. */
export async function runSeed(seed: number, options: RunOptions): Promise<RunResult> {
  const draw = new SeededRandom(seed ^ 0x5eed);
  const drawn: StoreKind = draw.chance(0.5) ? "embedded" : "remote";
  const store = options.store ?? drawn;
  const skewMs = drawSkewMs(draw);
  const shape: WorldShape = {
    shards: SHARDS,
    regions: REGIONS,
    store,
    followerBytes: draw.chance(0.3) ? draw.int(4_000, 40_000) : LIMITS.followerBytesMax,
    hot: draw.pick(HOT),
    skewMs,
  };
  const world = new World(seed, shape, options.trace);
  const startMs = world.scheduler.nowMs();
  const events: ClientEvent[] = [];
  const rests = await finish(world, () => live(world, draw, options.operations, events));

  for (const follower of world.followers.values()) await follower.settle();
  for (const region of REGIONS) world.tally.count("hot answers", world.worker(region).hotHits);
  const { shards, acts } = world.recorder;
  const history: History = {
    shards,
    acts,
    ...listLost(world),
    events,
    finals: rests.flatMap(({ finals }) => finals),
    misfits: [...world.stores.values()].flatMap(({ misfits }) => misfits),
    laggards: rests.flatMap(({ laggards }) => laggards),
    brokenWords: [...world.followers.values()].flatMap(({ broken }) => broken),
    told: [...world.listeners.values()].map(({ told }) => told),
    stored: rests.at(-1)?.stored ?? [],
    storedInLulls: rests.slice(0, -1).map(({ stored }) => stored),
    ttlMs: LIMITS.followerTtlMs + driftOf(skewMs),
  };
  return {
    seed,
    store,
    violations: check(history),
    reached: world.tally.counts(),
    operations: options.operations,
    virtualMs: world.scheduler.nowMs() - startMs,
  };
}

/** What there is when all is quiet. */
interface Rest {
  readonly finals: readonly FinalView[];
  readonly laggards: readonly Laggard[];
  readonly stored: readonly Stored[];
}

/** Stretches of work in bad weather, each of another kind, each with a rest after it. */
async function live(
  world: World,
  draw: SeededRandom,
  operationCount: number,
  events: ClientEvent[],
): Promise<readonly Rest[]> {
  const population = await populate(world);
  const bornMs = world.scheduler.nowMs();
  const operations = new Operations(world.random, population);
  const record = (event: ClientEvent) => events.push(event);
  const sessions = Array.from(
    { length: CLIENTS },
    (_, client) => new Session(`client${client}`, world, operations, population, record),
  );
  const rests: Rest[] = [];
  const stretches = draw.pick(STRETCHES);
  for (let stretch = 0; stretch < stretches; stretch++) {
    world.faults = drawFaults(draw, world.shape.store === "remote");
    world.habits = drawHabits(draw);
    operations.taste = world.habits;
    void storm(world);
    let left = Math.ceil(operationCount / stretches);
    const deployments = draw.pick(DEPLOYMENTS);
    await Promise.all(
      sessions.map(async (session) => {
        while (left-- > 0) {
          if (left < LAST && draw.chance(deployments)) deploy(world);
          await session.step();
        }
      }),
    );
    // Mostly writes come last: whatever a follower misses of them, no reader makes good.
    if (draw.chance(0.5)) deploy(world);
    await Promise.all(
      sessions.map((session) => (draw.chance(0.3) ? session.step() : session.change())),
    );
    // What happens last meets nobody who would see to it.
    if (draw.chance(0.6)) disturb(world, draw.chance(0.5) ? "handOver" : undefined);
    await world.scheduler.sleep(draw.logInt(1, LAST_MS));
    // Leases end while the storm goes on.
    if (draw.chance(0.7)) await Promise.all(world.moves);
    world.calm();
    world.trace.note("calm");
    await quiesce(world);
    const laggards = await laggardsOf(world);
    const finals = await readEverything(world, bornMs);
    rests.push({
      finals,
      laggards,
      stored: world.map.entries.map(({ shard }) => storedOf(world, shard)),
    });
    if (stretch < stretches - 1) world.tally.count("lulls");
  }
  return rests;
}

/** What the promotions of a run lost: whatever the old stores have and the new ones never got. */
function listLost({ recorder, stores, tally }: World): Pick<History, "listed" | "listedOps"> {
  const lost = recorder.promotions.map(({ shard, from, after }) => {
    const { records, ops } = stores.get(from)?.after(after) ?? { records: [], ops: [] };
    const listed = records.flatMap(({ epoch, entries }) =>
      entries.map(({ seq }) => ({ shard, at: positionOf({ epoch, seq }) })),
    );
    if (listed.length > 0) tally.count("lost suffixes");
    tally.count("lost entries", listed.length);
    return { listed, listedOps: ops.map(({ opId }) => ({ shard, opId })) };
  });
  return {
    listed: lost.flatMap(({ listed }) => listed),
    listedOps: lost.flatMap(({ listedOps }) => listedOps),
  };
}

/** What the store holds whose log is the shard's now. */
function storedOf(world: World, shard: PhysicalShard): Stored {
  const store = world.stores.get(world.recorder.storeOf(shard) ?? "");
  if (store === undefined) throw new RangeError(`shard ${shard} was never written`);
  return { shard, ...store.tables.dump() };
}

/** Runs the world's events until `story` has ended. @throws when it fails, or waits for nothing. */
async function finish(
  world: World,
  story: () => Promise<readonly Rest[]>,
): Promise<readonly Rest[]> {
  let end: { readonly rests: readonly Rest[] } | { readonly error: unknown } | null = null;
  story().then(
    (rests) => (end = { rests }),
    (error: unknown) => (end = { error }),
  );
  await world.scheduler.run(() => end !== null);
  const reached = end as { rests: readonly Rest[] } | { error: unknown } | null;
  if (reached === null) throw new Error("the run is stuck: somebody waits for what never comes");
  if ("error" in reached) throw reached.error;
  return reached.rests;
}

async function quiesce(world: World): Promise<void> {
  const { scheduler, leaders } = world;
  await Promise.all(world.moves);
  // A failover that had just begun has brought its own cuts.
  world.network.heal();
  const startMs = scheduler.nowMs();
  await scheduler.sleep(QUIET_MS.from);
  const all = [...leaders.values()];
  while (all.some((leader) => leader.hasAlarm) && scheduler.nowMs() - startMs < QUIET_MS.to) {
    await scheduler.sleep(200);
  }
}
