import type { World } from "./world.ts";

const CUT_MS = { from: 1_000, to: 300_000 };
const OUTAGE_MS = { from: 100, to: 10_000 };

/** Disturbances that last: links cut, stores away, crashes out of nothing. Ends with the faults. */
export async function storm(world: World): Promise<void> {
  const { random, scheduler, leaders, stores, network } = world;
  const followers = [...world.followers.values()];
  for (;;) {
    const { disturbEveryMs } = world.faults;
    if (disturbEveryMs === Number.POSITIVE_INFINITY) return;
    await scheduler.sleep(random.logInt(1, disturbEveryMs));
    if (world.faults.disturbEveryMs === Number.POSITIVE_INFINITY) return;
    const untilMs = scheduler.nowMs() + random.logInt(CUT_MS.from, CUT_MS.to);
    const follower = random.pick(followers);
    const leader = random.pick(leaders);
    switch (random.weighted({ cut: 3, part: 1, outage: 2, crash: 2, evict: 2 })) {
      case "cut": {
        const shard = Number(follower.name.split(":")[1]);
        network.cut(world.leader(shard).name, follower.name, untilMs);
        break;
      }
      case "part":
        network.cut(leader.name, random.pick(leaders).name, untilMs);
        break;
      case "outage":
        world.tally.count("store outages");
        random.pick(stores).awayUntilMs =
          scheduler.nowMs() + random.logInt(OUTAGE_MS.from, OUTAGE_MS.to);
        break;
      case "crash":
        leader.crash();
        break;
      case "evict":
        follower.crash();
        break;
    }
  }
}
