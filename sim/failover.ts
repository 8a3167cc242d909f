import { moveLeader } from "../core/regions/coordinator-plan.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region } from "../core/regions/regions.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type { World } from "./world.ts";

/** From the loss of a region until somebody moves its shards. */
const DETECT_MS = { from: 100, to: 40_000 };
const AWAY_MS = { from: 1_000, to: 4 * LIMITS.leaseMs };
/** Longer than a message is late (network.ts) and a hand-over takes. */
const LOOK_AGAIN_MS = 40_000;
const RETRY_MS = { from: 200, to: 3_000 };

/**
 * A region is lost, or only seems to be while its leaders go on, and its shards get leaders
 * elsewhere: over the one store, or over their standbys. Once in a run: then there is no
 * second copy.
 */
export function failOver(world: World): void {
  const { random, network, scheduler } = world;
  if (world.failovers.length > 0) return;
  const region = world.leadingRegion(random.pick(world.map.entries).shard);
  if (random.chance(0.5)) world.lose(region);
  else network.isolate(region, scheduler.nowMs() + random.logInt(AWAY_MS.from, AWAY_MS.to));
  world.failovers.push(replace(world, region));
}

async function replace(world: World, region: Region): Promise<void> {
  const { random, scheduler, map } = world;
  await scheduler.sleep(random.logInt(DETECT_MS.from, DETECT_MS.to));
  await Promise.all(map.entries.map(({ shard }) => replaceOne(world, shard, region)));
  // What was asked for before the loss may only arrive now, and move a shard there after all.
  await scheduler.sleep(LOOK_AGAIN_MS);
  await Promise.all(map.entries.map(({ shard }) => replaceOne(world, shard, region)));
}

/** Until the register says so and the new leader is at work: whoever does this for real tries again too. */
async function replaceOne(world: World, shard: PhysicalShard, from: Region): Promise<void> {
  // A hand-over that was under way may still move the shard to the region that is gone.
  do await moveAway(world, shard, from);
  while (!(await verify(world, shard, from)));
}

async function moveAway(world: World, shard: PhysicalShard, from: Region): Promise<void> {
  const { random, scheduler, trace } = world;
  while (world.leadingRegion(shard) === from) {
    const to = world.standbys.get(shard)?.region ?? random.pick(world.regions());
    if (to === from) continue;
    try {
      if (world.shape.store === "remote") await handOver(world, shard, to);
      else await promote(world, shard, to);
    } catch (error) {
      trace.note(`failover of ${shard} to ${to}: ${String(error)}`);
    }
    await scheduler.sleep(random.logInt(RETRY_MS.from, RETRY_MS.to));
  }
}

/**
 * Asks the new leader until it answers as one: nobody else may ask for long, and it has
 * deliveries to resume. @returns false when the shard is back in the region that is gone.
 */
async function verify(world: World, shard: PhysicalShard, from: Region): Promise<boolean> {
  const { random, network, operator, scheduler } = world;
  while (world.leadingRegion(shard) !== from) {
    const leader = world.leader(shard, world.leadingRegion(shard));
    const isUp = await network
      .call(operator, leader, "sweep", (service) => service.sweep())
      .then(({ ok }) => ok)
      .catch(() => false);
    if (isUp) return true;
    await scheduler.sleep(random.logInt(RETRY_MS.from, RETRY_MS.to));
  }
  return false;
}

async function handOver(world: World, shard: PhysicalShard, to: Region): Promise<void> {
  const asked = world.coordinator(to);
  await world.network.call(world.operator, asked, `hand over ${shard} to ${to}`, (coordinator) =>
    coordinator.handOver(shard, to),
  );
}

/** The register names the standby's region; its leader opens that store once the old lease is over. */
async function promote(world: World, shard: PhysicalShard, to: Region): Promise<void> {
  const { network, operator, register } = world;
  const found = await network.call(operator, register, "read", (service) => service.read());
  if (found === null) return;
  const moved = moveLeader(found.map, shard, to);
  await network.call(operator, register, `promote ${shard} in ${to}`, (service) =>
    service.put(moved, found.tag),
  );
}
