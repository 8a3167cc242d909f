import type { Random } from "../clock.ts";
import type { Failure } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { LruMap } from "../lru.ts";
import type { Region } from "../regions/regions.ts";
import type { PhysicalShard } from "./shard-map.ts";

/** Which of a shard's followers is asked. */
export interface Replica {
  readonly region: Region;
  readonly replica: number;
}

/** What this isolate has seen of one follower. */
export interface Health {
  /** Exponentially weighted mean of how long its answers took. */
  readonly latencyMs: number;
  /** Unix ms of the last answer that `latencyMs` knows; older news count less. */
  readonly heardMs: number;
  /** Calls that have not come back. */
  readonly outstanding: number;
  /** Calls in a row that it did not answer. */
  readonly failures: number;
  /** Unix ms from which one call may try it again, once it has failed too often. */
  readonly retryAtMs: number;
}

/** Nothing known: as good as the fastest, so that it is tried. */
export const UNKNOWN: Health = {
  latencyMs: 0,
  heardMs: 0,
  outstanding: 0,
  failures: 0,
  retryAtMs: 0,
};

const hasFailed = (health: Health): boolean => health.failures >= LIMITS.replicaFailuresMax;

export const isHealthy = (health: Health, nowMs: number): boolean =>
  !hasFailed(health) || nowMs >= health.retryAtMs;

/**
 * Expected wait. An estimate halves with every `latencyHalfLifeMs` of silence: otherwise a
 * follower that was slow once would never be asked again. At least 1 ms, so that calls that
 * are under way count from the first.
 */
export function costOf({ latencyMs, heardMs, outstanding }: Health, nowMs: number): number {
  const faded = latencyMs * 2 ** (-Math.max(0, nowMs - heardMs) / LIMITS.latencyHalfLifeMs);
  return Math.max(1, faded) * (outstanding + 1);
}

/**
 * Power of two choices: of two random healthy candidates the cheaper one.
 *
 * @returns its place; null when none is healthy.
 */
export function choose(
  candidates: readonly Health[],
  nowMs: number,
  random: Random,
): number | null {
  const healthy = [...candidates.keys()].filter((place) =>
    isHealthy(candidates[place] ?? UNKNOWN, nowMs),
  );
  const first = Math.floor(random.next() * healthy.length);
  const skip = Math.floor(random.next() * Math.max(0, healthy.length - 1));
  const a = healthy[first];
  const b = healthy[(first + 1 + skip) % healthy.length];
  if (a === undefined || b === undefined) return null;
  const cost = (place: number) => costOf(candidates[place] ?? UNKNOWN, nowMs);
  return cost(b) < cost(a) ? b : a;
}

/** A call goes out: one that tries a failed follower again holds back the others for a while. */
export const begun = (health: Health, nowMs: number): Health => ({
  ...health,
  outstanding: health.outstanding + 1,
  retryAtMs: hasFailed(health) ? nowMs + LIMITS.replicaCooldownMs : health.retryAtMs,
});

/** The call came back after `tookMs`. */
export function ended(health: Health, nowMs: number, tookMs: number, answered: boolean): Health {
  const outstanding = Math.max(0, health.outstanding - 1);
  if (!answered) {
    const failures = health.failures + 1;
    return { ...health, outstanding, failures, retryAtMs: nowMs + LIMITS.replicaCooldownMs };
  }
  const { latencyMs: before, heardMs } = health;
  const latencyMs = heardMs === 0 ? tookMs : before + LIMITS.latencyWeight * (tookMs - before);
  return { latencyMs, heardMs: nowMs, outstanding, failures: 0, retryAtMs: 0 };
}

/** Did the follower itself fail? One that says that its leader is away is well. */
export const isItsFault = (failure: Failure): boolean =>
  failure.code === "overloaded" ||
  failure.code === "deadline_exceeded" ||
  (failure.code === "unavailable" && failure.dependency === "follower");

/** A read left its region: at most one such event per `replicaCooldownMs`, with all since the last. */
export interface LeftRegion {
  readonly event: "read_left_region";
  readonly region: Region;
  readonly shard: PhysicalShard;
  readonly calls: number;
}

/** What one isolate knows of all followers that it asks. */
export class Routes {
  readonly #replicas: number;
  /** Each region's own followers first, then the others' in the order of the region rows. */
  readonly #order: ReadonlyMap<Region, readonly Region[]>;
  readonly #health = new LruMap<string, Health>(LIMITS.routeBytesMax);
  /** Calls that left their region, and those made although nobody seemed healthy. */
  readonly counters = { calls: 0, elsewhere: 0, desperate: 0 };
  readonly #report: (event: LeftRegion) => void;
  #reported = { atMs: 0, calls: 0 };

  /** @param regions every region that has followers, nearest to each other first. */
  constructor(
    regions: readonly Region[],
    replicas: number,
    report: (event: LeftRegion) => void = () => {},
  ) {
    this.#replicas = replicas;
    this.#report = report;
    this.#order = new Map(
      regions.map((own) => [own, [own, ...regions.filter((region) => region !== own)]]),
    );
  }

  /** @returns a healthy follower, in another region only if the own has none. */
  pick(shard: PhysicalShard, own: Region, nowMs: number, random: Random): Replica {
    this.counters.calls++;
    for (const region of this.#order.get(own) ?? [own]) {
      const candidates = this.#candidates(shard, region);
      const replica = choose(candidates, nowMs, random);
      if (replica === null) continue;
      if (region !== own) this.#left(shard, own, nowMs);
      return { region, replica };
    }
    // Nobody: the own region's are as likely to be back as any.
    this.counters.desperate++;
    return { region: own, replica: Math.floor(random.next() * this.#replicas) };
  }

  begin(shard: PhysicalShard, replica: Replica, nowMs: number): void {
    this.#update(shard, replica, (health) => begun(health, nowMs));
  }

  end(
    shard: PhysicalShard,
    replica: Replica,
    nowMs: number,
    tookMs: number,
    failure: Failure | null,
  ): void {
    const answered = failure === null || !isItsFault(failure);
    this.#update(shard, replica, (health) => ended(health, nowMs, tookMs, answered));
  }

  #left(shard: PhysicalShard, region: Region, nowMs: number): void {
    const total = ++this.counters.elsewhere;
    if (nowMs - this.#reported.atMs < LIMITS.replicaCooldownMs) return;
    const calls = total - this.#reported.calls;
    this.#reported = { atMs: nowMs, calls: total };
    this.#report({ event: "read_left_region", region, shard, calls });
  }

  #candidates(shard: PhysicalShard, region: Region): Health[] {
    return Array.from(
      { length: this.#replicas },
      (_, replica) => this.#health.get(keyOf(shard, { region, replica })) ?? UNKNOWN,
    );
  }

  #update(shard: PhysicalShard, replica: Replica, change: (health: Health) => Health): void {
    const key = keyOf(shard, replica);
    this.#health.set(key, change(this.#health.get(key) ?? UNKNOWN), HEALTH_BYTES);
  }
}

/** Estimate, with its key. */
const HEALTH_BYTES = 200;
const keyOf = (shard: PhysicalShard, { region, replica }: Replica): string =>
  `${shard}:${region}:${replica}`;
