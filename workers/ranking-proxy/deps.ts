import { CachedScores } from "../../core/ranking/cached-scores.ts";
import { HeavyRanker } from "../../core/ranking/heavy.ts";
import type { LadderPorts } from "../../core/ranking/ladder.ts";
import { parseLight } from "../../core/ranking/light-model.ts";
import { ProxyCounters, type ProxyStats } from "../../core/ranking/proxy-stats.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { RankBreakerService } from "../../core/resilience/breaker-service.ts";
import { orLate } from "../../core/resilience/or-late.ts";
import { SharedBreaker } from "../../core/resilience/shared-breaker.ts";
import { systemClock, systemRandom, systemTimer } from "../../platform/clock.ts";
import { rankBreakerStubs } from "../../platform/rank-breaker-stubs.ts";
import { configFrom, type RankingProxyEnv } from "./env.ts";
import { faultyRanker } from "./faulty-ranker.ts";
import lightJson from "./light-model.json";
import { askRanker, isRankerReady } from "./ranker-client.ts";

/** What every request of one isolate uses. */
export interface RankingProxyDeps {
  readonly ladder: LadderPorts;
  readonly counters: ProxyCounters;
  readonly stats: () => Promise<ProxyStats>;
}

const RANKER = { ask: askRanker, isReady: isRankerReady };
const wired = new WeakMap<RankingProxyEnv, RankingProxyDeps>();

/** The composition root. Once per isolate: the configuration cannot change under a running one. */
export function depsFor(env: RankingProxyEnv): RankingProxyDeps {
  const known = wired.get(env);
  if (known !== undefined) return known;
  const deps = wire(env);
  wired.set(env, deps);
  return deps;
}

function wire(env: RankingProxyEnv): RankingProxyDeps {
  const config = configFrom(env);
  const regional = rankBreakerStubs(env, config.regions);
  const counters = new ProxyCounters();
  const isolate = crypto.randomUUID().slice(0, 8);
  const breakers = new Map<
    string,
    { readonly region: Region; readonly server: string; readonly shared: SharedBreaker }
  >();
  const breakerFor = (region: Region, server: string): SharedBreaker => {
    const key = `${region} ${server}`;
    const known = breakers.get(key);
    if (known !== undefined) return known.shared;
    const shared = new SharedBreaker(server, {
      policy: config.breaker,
      clock: systemClock,
      timer: systemTimer,
      region: regional(region),
      changed: (transition) => {
        counters.changed(region, transition);
        console.warn({ event: "breaker_changed", isolate, region, ...transition });
      },
    });
    breakers.set(key, { region, server, shared });
    return shared;
  };

  const heavy =
    config.pools.length === 0
      ? null
      : new HeavyRanker({
          pools: config.pools,
          policy: config,
          ...(globalThis.BUILT_WITH_DRILLS ? faultyRanker(RANKER, env) : RANKER),
          breakerFor,
          counters,
          clock: systemClock,
          timer: systemTimer,
          random: systemRandom,
        });
  const light = parseLight(lightJson);
  if (!light.ok) console.error({ event: "light_model_unusable", reason: light.error });
  const cached = new CachedScores();
  const { callMs } = config;
  return {
    ladder: {
      heavy,
      cached,
      light: light.ok ? light.value : null,
      clock: systemClock,
      callMs,
    },
    counters,
    stats: async () => ({
      isolate,
      ...counters.read(),
      lightModel: light.ok ? light.value.version : null,
      cachedViewers: cached.viewers,
      servers:
        heavy?.servers.all().map((server) => ({
          server,
          health: heavy.servers.healthOf(server),
        })) ?? [],
      breakers: [...breakers.values()].map(({ region, server, shared }) => ({
        region,
        server,
        breaker: shared.breaker,
      })),
      regions: await readAll(new Set([...breakers.values()].map(({ region }) => region)), regional),
    }),
  };
}

/** One that does not answer in time is null. */
async function readAll(
  regions: ReadonlySet<Region>,
  regional: (region: Region) => RankBreakerService,
): Promise<ProxyStats["regions"]> {
  const read = async (region: Region) => {
    const answer = regional(region).read();
    return [region, await orLate(answer, LIMITS.statsAnswerMs, systemTimer, null)] as const;
  };
  return Object.fromEntries(await Promise.all([...regions].map(read)));
}
