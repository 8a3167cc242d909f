import { setTimeout as delay } from "node:timers/promises";

import { followerName, leaderName } from "../../core/tao/names.ts";
import type { FollowerPin } from "../../core/tao/pinned-read.ts";
import type { ShardMap } from "../../core/tao/shard-map.ts";
import type { SeededRandom } from "../../sim/random.ts";
import type { Product } from "./product.ts";

/** What a segment went through; a fault at zero over a whole run is a hole in it. */
export const FAULTS = [
  "runtime killed",
  "database killed",
  "emulator killed",
  "shard handed over",
  "leader eviction asked for",
  "follower eviction asked for",
  "cron swept",
  "idle spell",
  "stream cut",
] as const;
export type Fault = (typeof FAULTS)[number];

/** Of the hosted profile: what the product stands on. */
export interface Database {
  killAndRestart(what: "mariaDb" | "emulator"): Promise<void>;
}

export interface FaultPorts {
  readonly product: Product;
  readonly database: Database | null;
  readonly map: ShardMap;
  readonly regions: readonly string[];
  readonly followers: readonly FollowerPin[];
  readonly random: SeededRandom;
  readonly count: (fault: Fault) => void;
  /** Nobody asks for anything until it resolves. */
  readonly holdClients: (until: Promise<void>) => void;
}

/** Long enough for the runtime to drop what is idle, and for entries and tickets to expire. */
const IDLE_MS = 66_000;

/** Resolves when the product can be asked again; what may take long in a healthy one goes on meanwhile. */
export async function inject(fault: Fault, ports: FaultPorts): Promise<void> {
  const { product, database, random } = ports;
  ports.count(fault);
  switch (fault) {
    case "runtime killed":
      return product.restart();
    case "database killed":
      return database?.killAndRestart("mariaDb");
    case "emulator killed":
      return database?.killAndRestart("emulator");
    case "shard handed over": {
      const shard = random.pick(ports.map.entries).shard;
      const request = { shard, to: random.pick(ports.regions) };
      // Refused or not answered, it may have happened all the same: clients find out.
      product.ask("/hand-over", request).catch(() => undefined);
      return undefined;
    }
    case "leader eviction asked for": {
      const { shard, leader } = random.pick(ports.map.entries);
      return product.order({ kind: "evict", of: "leader", name: leaderName(shard, leader) });
    }
    case "follower eviction asked for": {
      const { shard } = random.pick(ports.map.entries);
      const { region, replica } = random.pick(ports.followers);
      const name = followerName(shard, region, replica);
      return product.order({ kind: "evict", of: "follower", name });
    }
    case "cron swept":
      // What the gateway's cron does. Through the runtime's own handle it would block the process
      // that reads the runtime's log: with a full log both wait for ever.
      product.ask("/sweep", null).catch(() => undefined);
      return undefined;
    case "idle spell": {
      const over = delay(IDLE_MS);
      ports.holdClients(over);
      return over;
    }
    case "stream cut": // Drawn by the streams themselves.
      return undefined;
  }
}

/**
 * The faults of one segment, in order, each with the number of operations after which it comes:
 * small ones all along, and kills spread over the segment.
 */
export function planFaults(
  operations: number,
  { kills, isHosted, hasIdleSpell }: { kills: number; isHosted: boolean; hasIdleSpell: boolean },
  random: SeededRandom,
): readonly { readonly at: number; readonly fault: Fault }[] {
  const planned: { readonly at: number; readonly fault: Fault }[] = [];
  const spread = (fault: Fault, times: number) => {
    for (let n = 0; n < times; n++) {
      // One in each part of the segment, at a random place of it.
      const at = Math.floor(((n + random.next()) * operations) / times);
      planned.push({ at, fault });
    }
  };
  spread("runtime killed", kills);
  if (isHosted) {
    spread("database killed", kills);
    spread("emulator killed", kills);
    spread("shard handed over", kills * 3);
  }
  if (hasIdleSpell) spread("idle spell", 1);
  if (!isHosted) {
    // Asked of the runtime, which may block the reader of its log: while a database is away
    // the log is full, and both would wait for ever.
    spread("leader eviction asked for", kills * 4);
    spread("follower eviction asked for", kills * 4);
  }
  spread("cron swept", kills * 2);
  return planned.toSorted((a, b) => a.at - b.at);
}
