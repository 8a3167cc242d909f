import type { Dependency, Failure } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import type { Region, RegionRow } from "../core/regions/regions.ts";
import { err, type Result } from "../core/result.ts";
import { followerName, leaderName } from "../core/tao/names.ts";
import type { FollowerPin } from "../core/tao/pinned-read.ts";
import type { FollowerService, LeaderService } from "../core/tao/service.ts";
import type { PhysicalShard, ShardEntry } from "../core/tao/shard-map.ts";

/** As much of a Durable Object binding as we use, typed by the contract instead of the class. */
export interface ObjectNamespace<Service> {
  getByName(name: string, options?: { locationHint?: DurableObjectLocationHint }): Service;
}

export interface GraphBindings {
  readonly LEADER: ObjectNamespace<LeaderService>;
  readonly FOLLOWER: ObjectNamespace<FollowerService>;
}

/** Objects by shard and region, each call on a fresh stub: one that threw may be broken for good. */
export function graphStubs(bindings: GraphBindings, regions: readonly RegionRow[]) {
  const hintOf = (region: Region) => {
    const hint = regions.find((row) => row.region === region)?.hint;
    return hint === undefined ? {} : { locationHint: hint as DurableObjectLocationHint };
  };
  const leaderStub = ({ shard, leader }: ShardEntry) =>
    bindings.LEADER.getByName(leaderName(shard, leader), hintOf(leader));
  const followerStub = (shard: PhysicalShard, region: Region) =>
    bindings.FOLLOWER.getByName(followerName(shard, region, 0), hintOf(region));

  return {
    leader: (entry: ShardEntry): LeaderService => {
      const call = <T>(run: (stub: LeaderService) => Promise<Result<T, Failure>>) =>
        answered("leader", () => run(leaderStub(entry)));
      return {
        write: (request) => call((stub) => stub.write(request)),
        read: (request) => call((stub) => stub.read(request)),
        fill: (follower, request) => call((stub) => stub.fill(follower, request)),
        pull: (follower, after) => call((stub) => stub.pull(follower, after)),
        applyInverses: (from, inverses) => call((stub) => stub.applyInverses(from, inverses)),
        release: (epoch) => call((stub) => stub.release(epoch)),
        sweep: () => call((stub) => stub.sweep()),
      };
    },
    follower: (shard: PhysicalShard, region: Region): FollowerService => ({
      read: (request) => answered("follower", () => followerStub(shard, region).read(request)),
      union: (request) => answered("follower", () => followerStub(shard, region).union(request)),
      push: (push) => followerStub(shard, region).push(push),
      stats: () => followerStub(shard, region).stats(),
    }),
    /** One given follower: whatever it has or lacks shows. */
    followerAt: (
      shard: PhysicalShard,
      { region, replica }: FollowerPin,
    ): Pick<FollowerService, "read"> => ({
      read: (request) =>
        answered("follower", () =>
          bindings.FOLLOWER.getByName(followerName(shard, region, replica), hintOf(region)).read(
            request,
          ),
        ),
    }),
    /** By the name under which the follower registered. @throws when it cannot be reached. */
    followerByName: (name: string): Pick<FollowerService, "push"> =>
      bindings.FOLLOWER.getByName(name),
  };
}

/** Turns what the platform throws into a failure that a caller may act on. */
async function answered<T>(
  dependency: Dependency,
  call: () => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  try {
    return await call();
  } catch (error) {
    return err(failureOf(error, dependency));
  }
}

/**
 * The platform marks its errors: `overloaded` must never be retried, everything else of
 * a lost object may be, by an idempotent caller.
 * Source: developers.cloudflare.com/durable-objects/best-practices/error-handling
 */
export function failureOf(error: unknown, dependency: Dependency): Failure {
  const flags = typeof error === "object" && error !== null ? error : {};
  if ("overloaded" in flags && flags.overloaded === true) {
    return { code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs };
  }
  console.error({ event: "object_call_failed", dependency, error: String(error) });
  return { code: "unavailable", dependency, retryAfterMs: LIMITS.overloadRetryMs };
}
