import type { Region } from "../regions/regions.ts";
import type { PhysicalShard } from "./shard-map.ts";

/** Names of the objects: a leader moves to another region by becoming another object. */
export const leaderName = (shard: PhysicalShard, region: Region): string =>
  `leader:${shard}:${region}`;
export const followerName = (shard: PhysicalShard, region: Region, replica: number): string =>
  `follower:${shard}:${region}:${replica}`;

export const coordinatorName = (region: Region): string => `coordinator:${region}`;

/** One per shard, wherever its leader is: it keeps what is on its way. */
export const fanoutName = (shard: PhysicalShard): string => `fanout:${shard}`;

/** @throws RangeError for a name that `fanoutName` did not make. */
export function parseFanoutName(name: string): PhysicalShard {
  const [, shard] = /^fanout:(\d+)$/.exec(name) ?? [];
  if (shard === undefined) throw new RangeError(`no such object: ${name}`);
  return Number(shard);
}

export interface ObjectName {
  readonly shard: PhysicalShard;
  readonly region: Region;
}

/** @throws RangeError for a name that `coordinatorName` did not make. */
export function parseCoordinatorName(name: string): Region {
  const [, region] = /^coordinator:([a-z0-9-]+)$/.exec(name) ?? [];
  if (region === undefined) throw new RangeError(`no such object: ${name}`);
  return region;
}

/** @throws RangeError for a name that neither function made. */
export function parseObjectName(name: string): ObjectName {
  const [, shard, region] = /^(?:leader|follower):(\d+):([a-z0-9-]+)(?::\d+)?$/.exec(name) ?? [];
  if (shard === undefined || region === undefined) throw new RangeError(`no such object: ${name}`);
  return { shard: Number(shard), region };
}
