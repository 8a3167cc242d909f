import { feedBucketName } from "../../core/feed/cache/names.ts";
import { LIMITS } from "../../core/limits.ts";
import { fanoutName, followerName, leaderName } from "../../core/tao/names.ts";
import type { SeededRandom } from "../../sim/random.ts";
import { MAP, REGIONS } from "../histories/shape.ts";
import type { Profile } from "../histories/world.ts";
import type { Backing } from "./backing.ts";
import type { Downtime } from "./downtime.ts";
import type { Product } from "./product.ts";

/** What befalls the product while it is used. */
export const FAULTS = [
  "feed cache flushed",
  "feed bucket evicted",
  "leader evicted",
  "follower evicted",
  "fan-out evicted",
  "runtime killed",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultPorts {
  readonly product: Product;
  readonly backing: Backing;
  readonly downtime: Downtime;
  readonly random: SeededRandom;
}

/** Resolves when the product can be asked again. */
export async function inject(
  fault: Fault,
  { product, backing, downtime, random }: FaultPorts,
): Promise<void> {
  const { shard, leader } = random.pick(MAP.entries);
  const region = random.pick(REGIONS);
  switch (fault) {
    case "feed cache flushed":
      return backing.flushCaches === null ? product.flushCaches() : backing.flushCaches();
    case "feed bucket evicted": {
      const bucket = random.int(0, LIMITS.feedBuckets - 1);
      return product.evict("feedBucket", feedBucketName(region, bucket));
    }
    case "leader evicted":
      return product.evict("leader", leaderName(shard, leader));
    case "follower evicted":
      return product.evict("follower", followerName(shard, region, 0));
    case "fan-out evicted":
      return product.evict("fanout", fanoutName(shard));
    case "runtime killed":
      downtime.begin(Date.now());
      await product.restart();
      downtime.end(Date.now());
  }
}

/** Of a run: how often each fault comes, by the number of operations. */
const EVERY: Readonly<Record<Exclude<Fault, "runtime killed">, number>> = {
  "feed cache flushed": 1_000,
  "feed bucket evicted": 100,
  "leader evicted": 250,
  "follower evicted": 150,
  "fan-out evicted": 250,
};

/** The faults of a profile: in the hosted one feeds are in no object. */
export const faultsOf = (profile: Profile): readonly Fault[] =>
  FAULTS.filter((fault) => profile === "embedded" || fault !== "feed bucket evicted");

/** Each fault at least once, spread over the operations after which they come; in order. */
export function planFaults(
  faults: readonly Fault[],
  { operations, kills }: { readonly operations: number; readonly kills: number },
  random: SeededRandom,
): readonly { readonly at: number; readonly fault: Fault }[] {
  const times = (fault: Fault): number =>
    fault === "runtime killed" ? kills : Math.max(1, Math.round(operations / EVERY[fault]));
  return faults
    .flatMap((fault) => {
      const count = times(fault);
      // One in each part of the run, at a random place of it.
      return Array.from({ length: count }, (_, n) => ({
        at: Math.floor(((n + random.next()) * operations) / count),
        fault,
      }));
    })
    .toSorted((a, b) => a.at - b.at);
}
