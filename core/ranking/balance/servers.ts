import type { Clock, Random } from "../../clock.ts";
import { LIMITS } from "../../limits.ts";
import type { Region } from "../../regions/regions.ts";
import type { Admitted } from "../../resilience/breaker.ts";
import type { SharedBreaker } from "../../resilience/shared-breaker.ts";
import { chooseLeast, chooseSticky, usable } from "./choose.ts";
import { nextTurn, type Pool, type Turns } from "./pools.ts";
import {
  begun,
  ended,
  isAway,
  isWell,
  type ServerHealth,
  type ServerNews,
  UNKNOWN_SERVER,
} from "./server-health.ts";

export interface ServersPorts {
  readonly pools: readonly Pool[];
  readonly breakerFor: (region: Region, server: string) => SharedBreaker;
  readonly clock: Clock;
  readonly random: Random;
}

/** A server that will be asked: its breaker has let the call through, and must hear of its end. */
export interface Picked {
  readonly server: string;
  readonly breaker: SharedBreaker;
  readonly admitted: Admitted;
}

export interface Wanted {
  readonly region: Region;
  readonly viewerId: string;
  readonly rows: number;
  /** Unix ms. */
  readonly untilMs: number;
}

/** Which server is asked: pools in turn by weight, then by load or viewer among those that are well. */
export class Servers {
  readonly #ports: ServersPorts;
  readonly #health = new Map<string, ServerHealth>();
  readonly #turns = new Map<Region, Turns>();
  /** Unix ms of the last health check, by server. */
  readonly #checkedMs = new Map<string, number>();

  constructor(ports: ServersPorts) {
    this.#ports = ports;
    for (const server of this.all()) this.#health.set(server, UNKNOWN_SERVER);
  }

  all(): readonly string[] {
    return [...new Set(this.#ports.pools.flatMap((pool) => pool.servers))];
  }

  healthOf(server: string): ServerHealth {
    return this.#health.get(server) ?? UNKNOWN_SERVER;
  }

  /** The region's pools, whose turn it is first. */
  turn(region: Region): readonly Pool[] {
    const before = this.#turns.get(region) ?? {};
    const well = (pool: Pool) => this.#wellShare(pool);
    const { order, turns } = nextTurn(this.#ports.pools, region, before, well);
    this.#turns.set(region, turns);
    return order;
  }

  /**
   * A server of `pools` whose breaker lets the call through. A region is asked for one probe at most, and, as an
   * isolate begins, about others while that leaves time for a call.
   */
  async pick(pools: readonly Pool[], wanted: Wanted): Promise<Picked | null> {
    let mayProbe = true;
    for (const pool of pools) {
      const left = new Set(pool.servers);
      for (;;) {
        const server = this.#choose(pool, left, wanted);
        if (server === null) break;
        left.delete(server);
        const breaker = this.#ports.breakerFor(wanted.region, server);
        const isProbe = breaker.breaker.at !== "closed";
        if ((isProbe && !mayProbe) || !breaker.mayAdmit()) continue;
        if (breaker.mustAsk() && !this.mayWait(wanted)) continue;
        mayProbe &&= !isProbe;
        const admitted = await breaker.admit();
        if (admitted !== null) return { server, breaker, admitted };
      }
    }
    return null;
  }

  /** Is there time to ask the region, and then a server? */
  mayWait({ untilMs }: Pick<Wanted, "untilMs">): boolean {
    const nowMs = this.#ports.clock.nowMs();
    return nowMs + LIMITS.breakerAskMs + LIMITS.rankCallMinMs <= untilMs;
  }

  /** Another server than `first`, with a closed breaker, at once. */
  pickHedge(pools: readonly Pool[], wanted: Wanted, first: string): Picked | null {
    const breakerOf = (server: string) => this.#ports.breakerFor(wanted.region, server);
    for (const pool of pools) {
      const closed = pool.servers.filter(
        (server) => server !== first && breakerOf(server).breaker.at === "closed",
      );
      const server = this.#choose(pool, new Set(closed), wanted);
      if (server === null) continue;
      const breaker = breakerOf(server);
      const { trips } = breaker.breaker;
      return { server, breaker, admitted: { trips, at: "closed", probe: null } };
    }
    return null;
  }

  /** Is every server of `pools` away, whatever its breaker says? */
  areAway(pools: readonly Pool[]): boolean {
    const nowMs = this.#ports.clock.nowMs();
    return pools
      .flatMap((pool) => pool.servers)
      .every((server) => isAway(this.healthOf(server), nowMs));
  }

  began(server: string, rows: number): void {
    this.#health.set(server, begun(this.healthOf(server), rows));
  }

  ended(server: string, rows: number, news: ServerNews): void {
    const nowMs = this.#ports.clock.nowMs();
    this.#health.set(server, ended(this.healthOf(server), rows, news, nowMs));
  }

  /** A server that was not heard of for a while and is to be asked now whether it is well. Null: none. */
  toCheck(pools: readonly Pool[]): string | null {
    const nowMs = this.#ports.clock.nowMs();
    const isQuiet = (server: string) =>
      nowMs - Math.max(this.healthOf(server).heardMs, this.#checkedMs.get(server) ?? 0) >=
      LIMITS.healthEveryMs;
    const server = pools.flatMap((pool) => pool.servers).find(isQuiet) ?? null;
    if (server !== null) this.#checkedMs.set(server, nowMs);
    return server;
  }

  #wellShare({ servers }: Pool): number {
    const nowMs = this.#ports.clock.nowMs();
    const well = servers.filter((server) => isWell(this.healthOf(server), nowMs)).length;
    return well / Math.max(1, servers.length);
  }

  #choose(pool: Pool, left: ReadonlySet<string>, { viewerId, rows }: Wanted): string | null {
    const { clock, random } = this.#ports;
    const nowMs = clock.nowMs();
    const all = pool.servers.map((server) => ({ server, health: this.healthOf(server) }));
    const candidates = usable(all, nowMs).filter(({ server }) => left.has(server));
    const chosen =
      pool.pick === "sticky"
        ? chooseSticky(candidates, viewerId, rows, nowMs)
        : chooseLeast(candidates, nowMs, random);
    return chosen?.server ?? null;
  }
}
