import type { Random } from "../../core/clock.ts";

/** A server that takes one call after another. */
export interface SimulatedServer {
  /** Mean time of a call, ms; exponential. */
  readonly serviceMs: number;
  /** It fails every call at once between these, ms from the start; null: never. */
  readonly fails: readonly [fromMs: number, toMs: number] | null;
}

export interface Call {
  readonly server: number;
  readonly atMs: number;
  readonly tookMs: number;
  readonly failed: boolean;
}

export interface Balancer {
  /** @returns who is asked; null: nobody. */
  pick(nowMs: number): number | null;
  began(server: number, nowMs: number): void;
  ended(call: Call, nowMs: number): void;
}

interface Load {
  readonly perSecond: number;
  readonly seconds: number;
  readonly random: Random;
}

/** Calls that arrive by chance, in simulated time: everything that happens, happens in its order. */
export function run(
  servers: readonly SimulatedServer[],
  balancer: Balancer,
  { perSecond, seconds, random }: Load,
): Call[] {
  const done: Call[] = [];
  const freeAtMs = servers.map(() => 0);
  /** Calls under way, the first to end last. */
  const underWay: { endMs: number; call: Call }[] = [];
  const drawn = (meanMs: number) => -meanMs * Math.log(1 - random.next());
  const settle = (untilMs: number) => {
    for (let last = underWay.at(-1); last !== undefined && last.endMs <= untilMs;) {
      underWay.pop();
      balancer.ended(last.call, last.endMs);
      done.push(last.call);
      last = underWay.at(-1);
    }
  };
  for (let nowMs = drawn(1_000 / perSecond); nowMs < 1_000 * seconds;) {
    settle(nowMs);
    const server = balancer.pick(nowMs);
    if (server !== null) {
      const { serviceMs = 0, fails = null } = servers[server] ?? {};
      const failed = fails !== null && nowMs >= fails[0] && nowMs < fails[1];
      const startMs = Math.max(nowMs, freeAtMs[server] ?? 0);
      const endMs = failed ? nowMs + 1 : startMs + drawn(serviceMs);
      if (!failed) freeAtMs[server] = endMs;
      const call = { server, atMs: nowMs, tookMs: endMs - nowMs, failed };
      balancer.began(server, nowMs);
      const place = underWay.findIndex((one) => one.endMs <= endMs);
      underWay.splice(place < 0 ? underWay.length : place, 0, { endMs, call });
    }
    nowMs += drawn(1_000 / perSecond);
  }
  settle(Number.POSITIVE_INFINITY);
  return done;
}
