import { setTimeout as sleep } from "node:timers/promises";

import type { ProxyStats } from "../../core/ranking/proxy-stats.ts";
import type { Transition } from "../../core/resilience/breaker-service.ts";
import type { SeenRequest } from "../../dev/stub-ranker.ts";
import { openLoop, type Sample } from "./load.ts";
import type { RankerFaultsOptions } from "./options.ts";
import type { RankingRuntime } from "./runtime.ts";
import type { Scenario } from "./scenarios.ts";
import type { Stubs } from "./stubs.ts";

/** A scenario, its region and its two rankers. */
export interface Stage {
  readonly scenario: Scenario;
  readonly region: string;
  readonly servers: readonly string[];
}

export interface Outcome {
  readonly stage: Pick<Stage, "region" | "servers"> & {
    readonly scenario: Pick<Scenario, "name" | "opens" | "isPartial">;
  };
  readonly startMs: number;
  readonly faultMs: number;
  readonly healedMs: number;
  readonly samples: readonly Sample[];
  /** Of the region's object. */
  readonly transitions: readonly Transition[];
  /** Each request that a ranker got, by server. */
  readonly seen: Readonly<Record<string, readonly SeenRequest[]>>;
}

export async function runStage(
  stage: Stage,
  runtime: RankingRuntime,
  stubs: Stubs,
  options: RankerFaultsOptions,
): Promise<Outcome> {
  const { scenario, region, servers } = stage;
  const faultSeconds = options.faultSeconds * scenario.lasts;
  const seconds = options.beforeSeconds + faultSeconds + options.afterSeconds;
  const startMs = Date.now();
  const asking = openLoop(runtime, { ...options, region, seconds });
  await sleep(options.beforeSeconds * 1_000);
  const faultMs = Date.now();
  await Promise.all(hit(stage).map((url) => strike(scenario, url, stubs)));
  await sleep(faultSeconds * 1_000);
  await Promise.all(hit(stage).map((url) => heal(scenario, url, stubs)));
  const healedMs = Date.now();
  const samples = await asking;
  const { regions } = await runtime.stats(0);
  const seen = servers.map(async (url) => [url, await stubs.seen(url)] as const);
  return {
    stage,
    startMs,
    faultMs,
    healedMs,
    samples,
    transitions: historyOf(regions[region]),
    seen: Object.fromEntries(await Promise.all(seen)),
  };
}

const hit = ({ scenario, servers }: Stage): readonly string[] =>
  scenario.mishap.servers === "all" ? servers : servers.slice(0, 1);

const strike = ({ mishap }: Scenario, url: string, stubs: Stubs): Promise<void> =>
  mishap.do === "kill" ? stubs.kill(url) : stubs.fault(url, mishap.fault);

const heal = ({ mishap }: Scenario, url: string, stubs: Stubs): Promise<void> =>
  mishap.do === "kill" ? stubs.restart(url) : stubs.fault(url, { kind: "none" });

/** @throws Error when the region did not answer: without what it knows every breaker would look closed. */
export function historyOf(known: ProxyStats["regions"][string] | undefined): readonly Transition[] {
  if (known === undefined || known === null)
    throw new Error("a region does not tell of its breakers");
  return known.history;
}
