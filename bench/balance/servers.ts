import type { Random } from "../../core/clock.ts";
import { chooseLeast, usable } from "../../core/ranking/balance/choose.ts";
import {
  begun,
  ended,
  type ServerHealth,
  type ServerNews,
  UNKNOWN_SERVER,
} from "../../core/ranking/balance/server-health.ts";
import * as follower from "../../core/tao/route.ts";
import { stream } from "../../dev/world/random.ts";
import { percentile } from "../measure/statistics.ts";
import { chiSquare, countBy, deviationMax, even } from "./compare.ts";
import type { Finding } from "./finding.ts";
import { type Balancer, type Call, run, type SimulatedServer } from "./queues.ts";

/** An epoch for simulated time: healths know 0 as never. */
const T = 1_800_000_000_000;
const SERVICE_MS = 8;
/** Of what ten servers can take. */
const LOAD = 0.7;
const WINDOW_MS = 1_000;

/** How an isolate balances over rankers of one pool. Server `late` exists only from `fromMs` on. */
function rankers(count: number, random: Random, late: number | null, fromMs: number) {
  const healths: ServerHealth[] = Array.from({ length: count }, () => UNKNOWN_SERVER);
  const tell = (server: number, news: ServerNews, nowMs: number, rows = 1) => {
    healths[server] = ended(healths[server] ?? UNKNOWN_SERVER, rows, news, T + nowMs);
  };
  const balancer: Balancer = {
    pick: (nowMs) => {
      const all = healths.flatMap((health, n) =>
        n === late && nowMs < fromMs ? [] : [{ server: String(n), health }],
      );
      const chosen = chooseLeast(usable(all, T + nowMs), T + nowMs, random);
      return chosen === null ? null : Number(chosen.server);
    },
    began: (server) => {
      healths[server] = begun(healths[server] ?? UNKNOWN_SERVER, 1);
    },
    ended: ({ server, failed }, nowMs) => {
      const waiting = (healths[server]?.outstandingRows ?? 1) - 1;
      tell(server, failed ? { kind: "failed" } : { kind: "answered", load: waiting }, nowMs);
    },
  };
  return { balancer, tell };
}

/** How an isolate balances over followers of one shard. */
function followers(count: number, random: Random): Balancer {
  const healths = Array.from({ length: count }, () => follower.UNKNOWN);
  const update = (server: number, change: (health: follower.Health) => follower.Health) => {
    healths[server] = change(healths[server] ?? follower.UNKNOWN);
  };
  return {
    pick: (nowMs) => follower.choose(healths, T + nowMs, random),
    began: (server, nowMs) => update(server, (health) => follower.begun(health, T + nowMs)),
    ended: ({ server, tookMs, failed }, nowMs) =>
      update(server, (health) => follower.ended(health, T + nowMs, tookMs, !failed)),
  };
}

/** Everybody is as likely as everybody else: what the choice is better than. */
const anybody = (count: number, random: Random): Balancer => ({
  pick: () => Math.floor(random.next() * count),
  began: () => {},
  ended: () => {},
});

const normal = (count: number): SimulatedServer[] =>
  Array.from({ length: count }, () => ({ serviceMs: SERVICE_MS, fails: null }));

const placesOf = (calls: readonly Call[], fromMs = 0): number[] =>
  calls.filter(({ atMs }) => atMs >= fromMs).map(({ server }) => server);
const p99 = (calls: readonly Call[]): string =>
  `p99 ${percentile(
    calls.map(({ tookMs }) => tookMs),
    0.99,
  ).toFixed(0)} ms`;

/** From `fromMs` until a server has its even share, within a quarter, of a window's calls. */
function untilShare(calls: readonly Call[], server: number, share: number, fromMs: number): number {
  const endMs = Math.max(...calls.map(({ atMs }) => atMs));
  for (let at = fromMs; at + WINDOW_MS <= endMs; at += WINDOW_MS / 4) {
    const some = calls.filter(({ atMs }) => atMs >= at && atMs < at + WINDOW_MS);
    const had = (countBy(some.map((call) => call.server)).get(server) ?? 0) / some.length;
    if (Math.abs(had - share) <= share / 4) return at - fromMs;
  }
  return Number.NaN;
}

export function serverFindings(seconds: number, seed: number): Finding[] {
  const level = "3 servers of a pool";
  const count = 10;
  const load = (name: string) => {
    const perSecond = (LOAD * count * 1_000) / SERVICE_MS;
    return { perSecond, seconds, random: stream(seed, name) };
  };
  const members = even(Array.from({ length: count }, (_, n) => n));
  const balanced = (name: string) => rankers(count, stream(seed, name, "pick"), null, 0);
  const halfMs = 500 * seconds;

  const two = run(normal(count), balanced("even").balancer, load("even"));
  const one = run(normal(count), anybody(count, stream(seed, "any")), load("even"));
  const slow = normal(count).map((server, n) => (n === 0 ? { ...server, serviceMs: 24 } : server));
  const slowed = run(slow, balanced("slow").balancer, load("slow"));
  const blind = run(slow, anybody(count, stream(seed, "blind")), load("slow"));
  const late = rankers(count, stream(seed, "late"), 0, halfMs);
  const joined = run(normal(count), late.balancer, load("late"));

  const draining = balanced("drain");
  const afterNews = run(
    normal(count),
    {
      ...draining.balancer,
      pick: (nowMs) => {
        if (nowMs >= halfMs) draining.tell(0, { kind: "draining" }, nowMs, 0);
        return draining.balancer.pick(nowMs);
      },
    },
    load("drain"),
  );
  const drained = afterNews.filter(({ atMs, server }) => server === 0 && atMs >= halfMs).length;

  const failing = normal(count).map((server, n): SimulatedServer =>
    n === 0 ? { ...server, fails: [2_000, 1_000 * seconds] } : server,
  );
  const failed = run(failing, balanced("fail").balancer, load("fail"));
  const lost = failed.filter((call) => call.failed).length;
  const due = failed.filter(({ atMs }) => atMs >= 2_000).length / count;
  return [
    {
      level,
      change: "ten alike, 70 % load",
      deviation: deviationMax(placesOf(two), members),
      chiSquare: chiSquare(placesOf(two), members),
      note: `${p99(two)}; at random ${p99(one)}`,
    },
    {
      level,
      change: "one takes three times as long",
      note: `${p99(slowed)}; at random ${p99(blind)}; it has ${(
        (100 * (countBy(placesOf(slowed)).get(0) ?? 0)) /
        slowed.length
      ).toFixed(1)} % of calls, a third of an even share is 3.3`,
    },
    {
      level,
      change: "one is added",
      balancedAfterMs: untilShare(joined, 0, 1 / count, halfMs),
    },
    {
      level,
      change: "one drains",
      note: `${drained} calls began there after it had said so`,
    },
    {
      level,
      change: "one fails all calls, and says that it is ready",
      note: `${lost} of ${due.toFixed(0)} calls that would have been its own in ${seconds - 2} s`,
    },
  ];
}

export function followerFindings(seconds: number, seed: number): Finding[] {
  const level = "3 followers of a shard";
  const count = 3;
  const perSecond = (LOAD * count * 1_000) / SERVICE_MS;
  const load = (name: string) => ({ perSecond, seconds, random: stream(seed, name) });
  const members = even([0, 1, 2]);
  const two = run(normal(count), followers(count, stream(seed, "f")), load("f"));
  const dead = normal(count).map((server, n): SimulatedServer =>
    n === 0 ? { ...server, fails: [2_000, 1_000 * (seconds / 2)] } : server,
  );
  const around = run(dead, followers(count, stream(seed, "d")), load("d"));
  const backMs = 500 * seconds;
  return [
    {
      level,
      change: "three alike, 70 % load",
      deviation: deviationMax(placesOf(two), members),
      chiSquare: chiSquare(placesOf(two), members),
      note: p99(two),
    },
    {
      level,
      change: "one answers nothing, and comes back",
      balancedAfterMs: untilShare(around, 0, 1 / count, backMs),
      note: `${around.filter((call) => call.failed).length} calls failed in ${seconds / 2 - 2} s`,
    },
  ];
}
