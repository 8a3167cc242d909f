import { percentile } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";
import type { FanOutOptions } from "./options.ts";
import type { Killed } from "./kills.ts";
import type { Measured, Strategy } from "./rounds.ts";
import { announcedFrom } from "./world.ts";

export interface FanOutReport {
  readonly options: FanOutOptions;
  readonly push: Strategy;
  readonly announce: Strategy;
  readonly chosen: Strategy;
  readonly killed: Killed;
  readonly breakEven: BreakEven;
}

/** Costs of one post over one that nobody follows, ms of CPU. */
export interface BreakEven {
  /** Of a pushed post, for one more follower. */
  readonly perFollowerMs: number;
  /** Of a pushed post beside that. */
  readonly pushMs: number;
  readonly announceMs: number;
  /** Followers at which both cost the same; NaN where they never do. */
  readonly followers: number;
}

export function breakEven(push: Strategy, announce: Strategy): BreakEven {
  const [none, few, many] = push.measured;
  const announced = announce.measured.at(-1);
  const base = none?.cpuMs ?? Number.NaN;
  const span = (many?.followers ?? 0) - (few?.followers ?? 0);
  const perFollowerMs = ((many?.cpuMs ?? Number.NaN) - (few?.cpuMs ?? Number.NaN)) / span;
  const pushMs = (few?.cpuMs ?? Number.NaN) - base - perFollowerMs * (few?.followers ?? 0);
  const announceMs = (announced?.cpuMs ?? Number.NaN) - base;
  const followers = (announceMs - pushMs) / perFollowerMs;
  return { perFollowerMs, pushMs, announceMs, followers: followers > 0 ? followers : Number.NaN };
}

export function reportText({
  options,
  push,
  announce,
  chosen,
  killed,
  breakEven: even,
}: FanOutReport): string {
  const rows = [...push.measured, ...announce.measured, ...chosen.measured].map(rowOf);
  const head = [
    "strategy",
    "followers",
    "CPU ms",
    "chunks",
    "calls",
    "named",
    "visible p50",
    "p99 ms",
    "depth max",
    "reads p50",
    "p99 ms",
  ];
  const quiet = [push, announce, chosen].flatMap(({ quietReadMs }) => quietReadMs);
  return [
    `${options.posts} posts of each author, median of ${options.rounds} rounds; CPU of one post, its writing included.`,
    "",
    table(head, rows),
    "",
    `Reads with nothing beside them: p50 ${digits(percentile(quiet, 0.5), 1)} ms, p99 ${digits(percentile(quiet, 0.99), 1)} ms.`,
    `A pushed post costs ${digits(even.pushMs, 2)} ms and ${digits(even.perFollowerMs * 1_000, 2)} µs per follower over one that nobody follows,`,
    `an announced one ${digits(even.announceMs, 2)} ms: both cost the same at ${digits(even.followers, 0)} followers.`,
    `The product, by the costs in its limits, would announce from ${announcedFrom(options)} followers on.`,
    ...killedText(killed),
    ...(push.measured.every(({ calls }) => calls === 0)
      ? ["No bucket was called: this build has none, so neither strategy paid for them."]
      : []),
  ].join("\n");
}

const rowOf = (one: Measured): string[] => [
  one.strategy,
  String(one.followers),
  digits(one.cpuMs, 2),
  digits(one.chunks, 1),
  digits(one.calls, 0),
  digits(one.named, 0),
  digits(percentile(one.visibleMs, 0.5), 0),
  digits(percentile(one.visibleMs, 0.99), 0),
  String(Math.max(...one.depths)),
  digits(percentile(one.readMs, 0.5), 1),
  digits(percentile(one.readMs, 0.99), 1),
];

const killedText = ({ kills, posts, unfinished, pages, cached, missing }: Killed): string[] =>
  kills === 0
    ? []
    : [
        `Killed ${kills} times while posts were pushed: ${posts} were acknowledged, ${unfinished} of them not spread yet. Afterwards`,
        `${pages} feeds (${cached} from the cache) lacked ${missing} posts.`,
      ];
