import type { Clock } from "../core/clock.ts";
import type { Region } from "../core/regions/regions.ts";
import type { FollowerPorts } from "../core/tao/follower.ts";
import type { InverseWrite, LeaderService, LogPush } from "../core/tao/service.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { formatVersion } from "../core/tao/version.ts";
import type { CoordinatorWires } from "./coordinator-host.ts";
import type { FollowerWires } from "./follower-host.ts";
import type { LeaderWires } from "./leader-host.ts";
import type { Life } from "./network.ts";
import { type Position, positionOf } from "./position.ts";
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
      handOver: (shard, to) =>
        network.call(life, world.coordinator(other), `hand over ${shard} to ${to}`, (service) =>
          service.handOver(shard, to),
        ),
      release: (shard, epoch) =>
        network.call(life, world.coordinator(other), `release ${shard}@${epoch}`, (service) =>
          service.release(shard, epoch),
        ),
    }),
    leader: (shard) => ({
      release: (epoch) =>
        network.call(life, world.leader(shard, region), `release ${epoch}`, (leader) =>
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
export function leaderWires(world: World, shard: PhysicalShard, region: Region): LeaderWires {
  const { network, tally, recorder } = world;
  return (life) => ({
    lease: {
      lease: (of) =>
        network.call(life, world.coordinator(region), "lease", (service) => service.lease(of)),
    },
    acted: (at, what) => recorder.acted(shard, at, what),
    pushTo: (name: string, push: LogPush) => {
      tally.count("pushes");
      const what = `push ${formatVersion(push.after)}..${formatVersion(push.head)}`;
      const deliver = async (follower: {
        push: (one: LogPush) => Promise<LogPush["head"] | null>;
      }) => {
        const applied = await follower.push(push);
        pushedTo(world).set(name, applied === null ? 0 : positionOf(applied));
        return applied;
      };
      return network.call(life, world.follower(name), what, deliver, true);
    },
    sendInverses: (
      target: PhysicalShard,
      from: PhysicalShard,
      inverses: readonly InverseWrite[],
    ) => {
      tally.count("inverses sent", inverses.length);
      const what = `inverses ${inverses[0]?.source.seq}..${inverses.at(-1)?.source.seq}`;
      const host = world.leader(target, world.leadingRegion(target));
      return network.call(life, host, what, (leader) => leader.applyInverses(from, inverses), true);
    },
  });
}

/** How a follower reaches its leader. */
export function followerWires(
  world: World,
  name: string,
  shard: PhysicalShard,
  _region: Region,
): FollowerWires {
  const { network, tally, recorder } = world;
  const host = () => world.leader(shard, world.leadingRegion(shard));
  return (life: Life): FollowerPorts["leader"] => ({
    fill: async (by, request) => {
      tally.count("fills");
      const answer = await network.call(life, host(), "fill", (leader) => leader.fill(by, request));
      const known = pushedTo(world).get(name) ?? 0;
      if (answer.ok && recorder.isOvertaken(request, positionOf(answer.value.at), known))
        tally.count("fills discarded");
      return answer;
    },
    pull: async (by, after) => {
      tally.count("pulls");
      const what = `pull ${formatVersion(after)}`;
      const answer = await network.call(life, host(), what, (leader) => leader.pull(by, after));
      if (answer.ok && answer.value === null) tally.count("caches dropped");
      return answer;
    },
    read: (request) =>
      network.call(life, host(), "read", (leader: LeaderService) => leader.read(request)),
  });
}
