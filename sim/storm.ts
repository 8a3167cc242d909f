import { LIMITS } from "../core/limits.ts";
import { parseObjectName } from "../core/tao/names.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { Disturbance } from "./faults.ts";
import { failOver, usurp } from "./failover.ts";
import type { World } from "./world.ts";

const CUT_MS = { from: 5_000, to: 300_000 };
const OUTAGE_MS = { from: 100, to: 10_000 };
/** The longer ones outlast a lease. */
const ABSENCE_MS = { from: 1_000, to: 3 * LIMITS.leaseMs };

/** Disturbances that last: links cut, regions cut off, stores away, crashes out of nothing. Ends with its faults. */
export async function storm(world: World): Promise<void> {
  const { random, scheduler, faults } = world;
  for (;;) {
    await scheduler.sleep(random.logInt(1, faults.disturbEveryMs));
    if (world.faults !== faults) return;
    disturb(world);
  }
}

/** @param kind absent: as often as its faults say. */
export function disturb(
  world: World,
  kind: Disturbance = world.random.weighted(world.faults.disturbances),
): void {
  const { random, scheduler, network, tally, register } = world;
  const nowMs = scheduler.nowMs();
  const during = (range: { readonly from: number; readonly to: number }) =>
    nowMs + random.logInt(range.from, range.to);
  const leader = random.pick([...world.leaders.values()]);
  const follower = random.pick([...world.followers.values()]);
  const region = random.pick(world.regions());
  const leads = (shard: PhysicalShard) => world.leader(shard, world.leadingRegion(shard));
  const itsLeader = () => leads(parseObjectName(follower.name).shard);
  const leading = () => leads(leader.place.shard);
  switch (kind) {
    case "cut":
      return network.cut(itsLeader().name, follower.name, during(CUT_MS));
    case "deafen":
      return network.deafen(itsLeader().name, follower.name, during(CUT_MS));
    case "part":
      return network.cut(
        leading().name,
        leads(random.pick(world.map.entries).shard).name,
        during(CUT_MS),
      );
    case "unleash":
      // The leader goes on without its coordinator, in reach of everybody else.
      return network.cut(
        leading().name,
        world.coordinator(leading().place.region).name,
        during(ABSENCE_MS),
      );
    case "isolate":
      return network.isolate(region, during(ABSENCE_MS));
    case "blind":
      return network.cut(world.coordinator(region).name, register.name, during(ABSENCE_MS));
    case "outage":
      tally.count("store outages");
      leader.place.database.awayUntilMs = during(OUTAGE_MS);
      return;
    case "registerOutage":
      register.awayUntilMs = during(ABSENCE_MS);
      return;
    case "crash":
      return leading().crash();
    case "crashCoordinator":
      return world.coordinator(region).crash();
    case "evict":
      return follower.crash();
    case "lag":
      return network.cut(
        leading().name,
        world.standbys.get(leader.place.shard)?.name ?? leading().name,
        during(ABSENCE_MS),
      );
    case "handOver":
      return void handOver(world);
    case "failOver":
      return failOver(world);
    case "usurp":
      return usurp(world);
  }
}

/** All followers start over, under way as requests are. */
export function deploy(world: World): void {
  world.tally.count("deployments");
  for (const follower of world.followers.values()) follower.crash();
}

/** An operator moves a shard, asking any region's coordinator; the answer may be lost. */
async function handOver(world: World): Promise<void> {
  const { random, network, map, tally, trace } = world;
  const owing = map.entries.filter((entry) => owesInverses(world, entry.shard));
  const { shard } = random.pick(owing.length > 0 && random.chance(0.5) ? owing : map.entries);
  const to = random.pick(world.regions());
  const asked = world.coordinator(random.pick(world.regions()));
  try {
    const answer = await network.call(world.operator, asked, `hand over ${shard} to ${to}`, (one) =>
      one.handOver(shard, to),
    );
    tally.count(answer.ok ? "hand-overs" : "hand-overs refused");
    trace.note(`hand-over of ${shard} to ${to}: ${answer.ok ? "done" : answer.error.code}`);
  } catch (error) {
    trace.note(`hand-over of ${shard} to ${to}: ${String(error)}`);
  }
}

/** Its next leader finds work that this one has not done. */
function owesInverses({ stores, recorder }: World, shard: PhysicalShard): boolean {
  const store = stores.get(recorder.storeOf(shard) ?? "");
  return store !== undefined && store.tables.intents(1, store.deliveredTo).length > 0;
}
