import { moveLeader } from "../core/regions/coordinator-plan.ts";
import { idRange, logicalShard } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region } from "../core/regions/regions.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { Life } from "./network.ts";
import type { World } from "./world.ts";

/** From the loss of a region until somebody moves its shards. */
const DETECT_MS = { from: 100, to: 40_000 };
const AWAY_MS = { from: 1_000, to: 4 * LIMITS.leaseMs };
/** Longer than a message is late (network.ts) and a hand-over takes. */
const LOOK_AGAIN_MS = 40_000;
const RETRY_MS = { from: 50, to: 2_000 };
/** How long a standby is behind when its leader's region fails. */
const LAG_MS = { from: 1_000, to: 30_000 };
/** Around the moment from which the next leader may act. */
const PRESS_MS = { before: 2 * LIMITS.clockSkewMaxMs, after: LIMITS.clockSkewMaxMs };

/**
 * A region is lost, or only seems to be while its leaders go on, and its shards get leaders
 * elsewhere: over the one store, or over their standbys, which may lag. Once in a run: then
 * there is no second copy.
 */
export function failOver(world: World): void {
  if (world.hasFailedOver) return;
  world.hasFailedOver = true;
  world.moves.push(fail(world));
}

async function fail(world: World): Promise<void> {
  const { random, network, scheduler, standbys, map } = world;
  const region = world.leadingRegion(random.pick(map.entries).shard);
  const led = map.entries.filter(({ shard }) => world.leadingRegion(shard) === region);
  for (const { shard } of led) {
    const standby = standbys.get(shard);
    if (standby === undefined || random.chance(0.2)) continue;
    network.cut(world.leader(shard, region).name, standby.name, scheduler.nowMs() + 2 * LAG_MS.to);
  }
  await scheduler.sleep(random.logInt(LAG_MS.from, LAG_MS.to));
  switch (random.weighted({ lost: 2, away: 1, blind: 2 })) {
    case "lost":
      world.lose(region);
      break;
    case "away":
      network.isolate(region, scheduler.nowMs() + random.logInt(AWAY_MS.from, AWAY_MS.to));
      break;
    case "blind":
      blind(world, region);
      break;
  }
  await replace(world, region);
}

/** The same for one leader that is well: over one store, again and again. */
export function usurp(world: World): void {
  const { shape, map, random } = world;
  if (shape.store !== "remote") return failOver(world);
  const moves = map.entries.flatMap(({ shard }) => {
    const from = world.leadingRegion(shard);
    const others = world.regions().filter((to) => to !== from);
    return others.map((to) => ({ shard, from, to, leadMs: leadMs(world, shard, from, to) }));
  });
  if (world.isUsurping || moves.length === 0) return;
  world.isUsurping = true;
  // The worst there is: one that thinks it has time, before one that thinks it is late.
  const worst = moves.toSorted((a, b) => b.leadMs - a.leadMs).slice(0, 1);
  const { shard, from, to } = random.pick(random.chance(0.6) ? worst : moves);
  blind(world, from);
  world.moves.push(replaceOne(world, shard, from, to).finally(() => (world.isUsurping = false)));
}

/** By how much the clock of a shard's leader in `to` is ahead of that in `from`. */
const leadMs = ({ leader }: World, shard: PhysicalShard, from: Region, to: Region): number =>
  leader(shard, to).place.clock.nowMs() - leader(shard, from).place.clock.nowMs();

/** Its coordinator hears of nothing: no leader is told to let go, each acts until its lease is over. */
function blind({ network, scheduler, coordinator, register }: World, region: Region): void {
  const untilMs = scheduler.nowMs() + 2 * LIMITS.leaseMs;
  network.cut(coordinator(region).name, register.name, untilMs);
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
async function replaceOne(
  world: World,
  shard: PhysicalShard,
  from: Region,
  to?: Region,
): Promise<void> {
  const wasThere = world.leadingRegion(shard) === from;
  // A hand-over that was under way may still move the shard to the region that is gone.
  for (;;) {
    await moveAway(world, shard, from, to);
    const isUp = verify(world, shard, from);
    if (wasThere) void press(world, shard, from, isUp);
    if (await isUp) return;
  }
}

/** Somebody keeps asking both, the one that was replaced and the next, as its lease ends. */
async function press(
  { network, scheduler, random, register, leader, map }: World,
  shard: PhysicalShard,
  from: Region,
  nextIsUp: Promise<boolean>,
): Promise<void> {
  const entry = register.map?.entries[shard];
  const id = map.entries[shard]?.from;
  if (entry === undefined || id === undefined) return;
  const reads = [{ op: "objGet", id: idRange(logicalShard(id)).from }] as const;
  const news = { isUp: false };
  void nextIsUp.then(() => (news.isUp = true));
  const ask = (to: Region) =>
    network
      .call(new Life(`somebody@${to}`), leader(shard, to), "read", (one) =>
        one.read({ reads, atLeast: null }),
      )
      .catch(() => null);
  await scheduler.sleep(entry.notBeforeMs - PRESS_MS.before - scheduler.nowMs());
  while (!news.isUp && scheduler.nowMs() < entry.notBeforeMs + PRESS_MS.after) {
    void ask(from);
    void ask(entry.leader);
    await scheduler.sleep(random.int(20, 100));
  }
}

async function moveAway(
  world: World,
  shard: PhysicalShard,
  from: Region,
  wanted?: Region,
): Promise<void> {
  const { random, scheduler, trace } = world;
  while (world.leadingRegion(shard) === from) {
    const standby = world.standbys.get(shard)?.region;
    const isThere = wanted !== undefined && world.regions().includes(wanted);
    const to = standby ?? (isThere ? wanted : random.pick(world.regions()));
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
