import type { Clock } from "../core/clock.ts";
import type { Region } from "../core/regions/regions.ts";
import type { Follower } from "../core/tao/follower.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { formatVersion } from "../core/tao/version.ts";
import type { Consumed, LogConsumer } from "../core/tao/log-consumers.ts";
import type { LogGroup } from "../core/tao/log-group.ts";
import { RecordLog } from "../core/tao/record-log.ts";
import type { GraphStore } from "../core/tao/store.ts";
import type { CoordinatorWires } from "./coordinator-host.ts";
import type { FollowerWires } from "./follower-host.ts";
import { EmbeddedStore } from "./embedded-store.ts";
import type { LeaderWires } from "./leader-host.ts";
import type { Life } from "./network.ts";
import { type Position, positionOf } from "./position.ts";
import { StorePort } from "./store-port.ts";
import { answered, leaderStub, mapCache } from "./stubs.ts";
import type { World } from "./world.ts";

/** How a coordinator reaches the register, other coordinators and its leaders. */
export function coordinatorWires(world: World, region: Region, clock: Clock): CoordinatorWires {
  const { network, scheduler, shape, map, trace } = world;
  return (life) => ({
    clock,
    sleep: scheduler.sleep,
    register: {
      read: () => network.call(life, world.register, "read", (register) => register.read()),
      put: (next, tag) =>
        network.call(life, world.register, `put ${next.revision}`, (register) =>
          register.put(next, tag),
        ),
    },
    initial: map,
    regions: shape.regions,
    sharesStore: shape.store === "remote",
    coordinator: (other) => ({
      handOver: (shard, to, isForwarded) =>
        answered(world, life, world.coordinator(other), `hand over ${shard} to ${to}`, (service) =>
          service.handOver(shard, to, isForwarded),
        ),
      release: (shard, epoch) =>
        answered(world, life, world.coordinator(other), `release ${shard}@${epoch}`, (service) =>
          service.release(shard, epoch),
        ),
    }),
    leader: (shard) => ({
      release: (epoch) =>
        answered(world, life, world.leader(shard, region), `release ${epoch}`, (leader) =>
          leader.release(epoch),
        ),
    }),
    report: (event, error) => trace.note(`${life.name} ${event}: ${String(error)}`),
  });
}

/** How far each follower is pushed, for counting fills that came too late. */
const pushed = new WeakMap<World, Map<string, Position>>();

function pushedTo(world: World): Map<string, Position> {
  const known = pushed.get(world) ?? new Map<string, Position>();
  pushed.set(world, known);
  return known;
}

/** How a leader reaches its coordinator, its followers and other leaders. */
export function leaderWires(
  world: World,
  shard: PhysicalShard,
  region: Region,
  clock: Clock,
): LeaderWires {
  const { network, tally, recorder } = world;
  return (life) => {
    const cache = mapCache(world, life, clock);
    return {
      lease: {
        lease: (of) =>
          network.call(life, world.coordinator(region), "lease", (service) => service.lease(of)),
      },
      consumersOf: consumersOf(world, life, shard, region),
      wakeLeader: () => leaderStub(world, life, cache, shard).sweep(),
      acted: (at, what) => recorder.acted(shard, at, what),
      pushTo: (name, push) => {
        tally.count("pushes");
        const what = `push ${formatVersion(push.after)}..${formatVersion(push.head)}`;
        const deliver = async (follower: Follower) => {
          const applied = await follower.push(push);
          if (applied === null) tally.count("pushes declined");
          world.follower(name).answered(follower, applied);
          pushedTo(world).set(name, applied === null ? 0 : positionOf(applied));
          return applied;
        };
        return network.call(life, world.follower(name), what, deliver, true);
      },
      sendInverses: (target, from, inverses) => {
        tally.count("inverses sent", inverses.length);
        return leaderStub(world, life, cache, target).applyInverses(from, inverses);
      },
    };
  };
}

/** Its log goes to a listener, and to the standby. */
function consumersOf(world: World, life: Life, shard: PhysicalShard, region: Region) {
  const listener = listenerOf(world, life, shard);
  const standby = standbyOf(world, life, shard, region);
  return (store: GraphStore): Consumed => {
    if (!(store instanceof StorePort)) throw new TypeError("no store of this simulation");
    return standby !== null && store instanceof EmbeddedStore
      ? { log: store, consumers: [standby, listener] }
      : { log: new RecordLog(store, store), consumers: [listener] };
  };
}

function listenerOf({ network, listener }: World, life: Life, shard: PhysicalShard): LogConsumer {
  const host = listener(shard);
  return {
    name: host.name,
    takesRecords: true,
    deliver: (groups) => network.call(life, host, "tell", (one) => one.deliver(groups), true),
    startOver: (head) => network.call(life, host, "start over", (one) => one.startOver(head)),
  };
}

/** null: there is none, or it is in the leader's own region. */
function standbyOf(
  world: World,
  life: Life,
  shard: PhysicalShard,
  region: Region,
): LogConsumer | null {
  const host = world.standbys.get(shard);
  if (host === undefined || host.region === region) return null;
  const apply = (groups: readonly LogGroup[]) =>
    world.network.call(life, host, `${groups.length} groups`, (one) => one.apply(groups), true);
  return { name: host.name, deliver: apply, startOver: () => apply([]) };
}

/** How a follower reaches its leader. */
export function followerWires(
  world: World,
  name: string,
  shard: PhysicalShard,
  clock: Clock,
): FollowerWires {
  const { tally, recorder, scheduler } = world;
  return (life) => {
    const leader = leaderStub(world, life, mapCache(world, life, clock), shard);
    return {
      fill: async (by, request) => {
        tally.count("fills");
        const answer = await leader.fill(by, request);
        if (answer.ok) world.heardMs.set(name, scheduler.nowMs());
        const known = pushedTo(world).get(name) ?? 0;
        if (answer.ok && recorder.isOvertaken(request, positionOf(answer.value.at), known))
          tally.count("fills discarded");
        return answer;
      },
      pull: async (by, after) => {
        tally.count("pulls");
        const answer = await leader.pull(by, after);
        if (answer.ok) world.heardMs.set(name, scheduler.nowMs());
        if (answer.ok && answer.value === null) tally.count("caches dropped");
        if (answer.ok && after.epoch < recorder.epochOf(shard)) tally.count("pulls across epochs");
        return answer;
      },
      read: (request) => leader.read(request),
    };
  };
}
