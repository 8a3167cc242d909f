import { describe, it } from "vitest";

import type { Failure } from "../../../core/errors.ts";
import { LIMITS } from "../../../core/limits.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { type RoutedLeader, routedLeader } from "../../../core/tao/leader-route.ts";
import { MapCache } from "../../../core/tao/map-cache.ts";
import { evenShardMap, type ShardEntry, type ShardMap } from "../../../core/tao/shard-map.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";

const map = evenShardMap(2, new Map([["east", 1]]));
const led = (leader: string, epoch: number, shard = 0): ShardEntry => ({
  ...(map.entries[shard] ?? never()),
  leader,
  epoch,
});
const moved = (entry: ShardEntry | null) => err({ code: "moved", shard: 0, entry } as const);
const away = err({ code: "unavailable", dependency: "leader", retryAfterMs: 200 } as const);
const backlog = ok({ intents: 0, followersBehind: 0 });

type Answer = Result<{ intents: number; followersBehind: number }, Failure>;

/** Leaders that answer as the test says; `asked` is in order. */
function routes(answers: Readonly<Record<string, Answer>>) {
  const clock = new ManualClock(1_000_000);
  const asked: string[] = [];
  const register = { map: null as ShardMap | null, reads: 0, isAway: false };
  const reports: string[] = [];
  const cache = new MapCache(map, {
    clock,
    read: async () => {
      register.reads++;
      if (register.isAway) throw new Error("away");
      return register.map;
    },
    report: (event) => reports.push(event),
  });
  const leaderIn = (shard: number, region: string) =>
    ({
      sweep: async () => {
        asked.push(`${shard} ${region}`);
        return answers[region] ?? away;
      },
    }) as RoutedLeader;
  const sweep = (shard = 0) => routedLeader(shard, { cache, leaderIn }).sweep();
  return { clock, asked, register, reports, cache, sweep };
}

function never(): never {
  throw new Error("no such entry");
}

describe("a call of a leader", () => {
  it("follows who moved, and remembers", async ({ expect }) => {
    const { asked, cache, sweep } = routes({ east: moved(led("west", 2)), west: backlog });
    expect(await sweep()).toEqual(backlog);
    expect(await sweep()).toEqual(backlog);
    expect(asked).toEqual(["0 east", "0 west", "0 west"]);
    expect(cache.entries.map(({ leader, epoch }) => [leader, epoch])).toEqual([
      ["west", 2],
      ["east", 1],
    ]);
  });

  it("goes on twice at most, and never shows the caller that anything moved", async ({
    expect,
  }) => {
    const { asked, sweep } = routes({
      east: moved(led("west", 2)),
      west: moved(led("north", 3)),
      north: moved(led("south", 4)),
      south: backlog,
    });
    expect(await sweep()).toEqual(away);
    expect(asked).toEqual(["0 east", "0 west", "0 north"]);
    // What it learnt serves the next call.
    expect(await sweep()).toEqual(backlog);
  });

  it("asks the register when the leader knows no better, once a second at most", async ({
    expect,
  }) => {
    const { asked, register, clock, sweep } = routes({ east: moved(null), west: backlog });
    expect(await sweep()).toEqual(away);
    register.map = { ...map, entries: [led("west", 2), led("east", 1, 1)] };
    expect(await sweep()).toEqual(away);
    expect(register.reads).toBe(1);
    clock.advance(LIMITS.mapRefreshMs);
    expect(await sweep()).toEqual(backlog);
    expect(register.reads).toBe(2);
    expect(asked.at(-1)).toBe("0 west");
  });

  it("is not repeated when the leader is away, but the next one goes where the register says", async ({
    expect,
  }) => {
    const { asked, register, sweep } = routes({ west: backlog });
    register.map = { ...map, entries: [led("west", 2), led("west", 2, 1)] };
    expect(await sweep()).toEqual(away);
    expect(asked).toEqual(["0 east"]);
    expect(await sweep()).toEqual(backlog);
    expect(await sweep(1)).toEqual(backlog);
  });

  it("believes nobody about an epoch that is over", async ({ expect }) => {
    const { cache, sweep } = routes({ east: backlog, west: moved(led("east", 1)) });
    expect(cache.learn(led("west", 5))).toBe(true);
    expect(cache.learn(led("east", 5))).toBe(false);
    expect(cache.learn(led("east", 4))).toBe(false);
    expect(await sweep()).toEqual(away);
    expect(cache.entry(0).leader).toBe("west");
  });

  it("goes on with what is known when the register is away", async ({ expect }) => {
    const { register, reports, sweep } = routes({});
    register.isAway = true;
    expect(await sweep()).toEqual(away);
    expect(reports).toEqual(["map_not_refreshed"]);
  });

  it("passes other failures on, and knows no shard that does not exist", async ({ expect }) => {
    const busy = err({ code: "overloaded", retryAfterMs: 5 } as const);
    const { register, cache, sweep } = routes({ east: busy });
    expect(await sweep()).toEqual(busy);
    expect(register.reads).toBe(0);
    expect(() => cache.entry(2)).toThrow(RangeError);
  });
});
