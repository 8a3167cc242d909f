import { waitUntil } from "cloudflare:workers";

import { keepEventsIn, report } from "../../platform/telemetry.ts";
import { failed, swept } from "../../core/telemetry/events.ts";
import { systemClock, systemRandom } from "../../platform/clock.ts";
import { spans } from "../../platform/spans.ts";
import { cacheApi } from "../../platform/edge-cache.ts";
import { zonePurge } from "../../platform/cache-purge.ts";
import { r2MediaStore } from "../../platform/media-store.ts";
import { r2RankLog } from "../../platform/rank-log.ts";
import { imagesResizer } from "../../platform/resizer.ts";
import { socketTopology } from "../../core/feed/realtime/buckets.ts";
import { IsolateLevels } from "../../core/degradation/isolate-levels.ts";
import { cacheCountsOf } from "../../core/telemetry/counted-caches.ts";
import { hmacSigner } from "../../platform/signer.ts";
import { socketsOver } from "../../platform/socket-stubs.ts";
import { drillBoardStubs } from "../../platform/drill-stubs.ts";
import { drilledEnv } from "../../platform/drilled-env.ts";
import { controllerStubs } from "../../platform/controller-stubs.ts";
import { r2ActionLog } from "../../platform/action-log.ts";
import { r2OpsRecord } from "../../platform/ops-record.ts";
import { cacheTallyStubs } from "../../platform/cache-stats-stubs.ts";
import { createApp } from "./app.ts";
import { backgroundCall } from "./background-call.ts";
import { CacheCounts } from "./cache-counts.ts";
import type { GatewayApp, GatewayDeps } from "./context.ts";
import { EdgeFiles } from "./edge-files.ts";
import { EdgePages } from "./edge-pages.ts";
import { configFrom, type GatewayConfig, type GatewayEnv } from "./env.ts";
import { INTERNAL } from "./problem.ts";
import { OpsSections } from "./ops/overview.ts";
import { createTokens } from "./tokens.ts";

interface Gateway {
  readonly deps: GatewayDeps;
  readonly config: GatewayConfig;
  readonly app: GatewayApp;
}

/** An isolate reads its environment once; the runtime hands out the same object each time. */
const gateways = new WeakMap<GatewayEnv, Gateway>();

function gatewayFor(bound: GatewayEnv): Gateway {
  const env = globalThis.BUILT_WITH_DRILLS ? drilledEnv(bound, waitUntil) : bound;
  const known = gateways.get(env);
  if (known !== undefined) return known;
  keepEventsIn(env);
  const config = configFrom(env);
  const edge = cacheApi(() => caches.default);
  const [pages, files] = [new EdgePages(edge, systemClock), new EdgeFiles(edge)];
  const controllers = controllerStubs(env, config.regions);
  const levels = new IsolateLevels({
    clock: systemClock,
    regions: config.regions,
    exchange: controllers.exchange,
    report: (event, region, error) => report(failed(event, error, { region })),
  });
  const deps: GatewayDeps = {
    config,
    feed: env.FEED,
    media: r2MediaStore(env.MEDIA),
    rankLog: r2RankLog(env.RANK_LOG),
    resizer: imagesResizer(env.IMAGES),
    pages,
    files,
    controllers,
    actions: r2ActionLog(env.OPS_RECORD),
    ops: new OpsSections({
      store: r2OpsRecord(env.OPS_RECORD),
      clock: systemClock,
      report: (event, error) => report(failed(event, error)),
    }),
    drills: globalThis.BUILT_WITH_DRILLS ? drillBoardStubs(env) : null,
    levels,
    caches: new CacheCounts({
      pages,
      files,
      tally: cacheTallyStubs(env, config.regions),
      told: cacheCountsOf(levels),
      clock: systemClock,
      report: (event, error) => report(failed(event, error)),
    }),
    zone:
      config.purge === null
        ? null
        : zonePurge({
            ...config.purge,
            fetch: (url, init) => fetch(url, init),
            clock: systemClock,
          }),
    assets: env.ASSETS,
    sockets: socketsOver(env, config.regions, socketTopology(config.socketBuckets)),
    signer: hmacSigner(config.signingSecret),
    tokens: createTokens(config, (url, init) => fetch(url, init)),
    clock: systemClock,
    random: systemRandom,
    span: spans.span,
  };
  const gateway = { config, deps, app: createApp(deps) };
  gateways.set(env, gateway);
  return gateway;
}

export default {
  fetch(request, env, ctx) {
    let gateway: Gateway;
    try {
      gateway = gatewayFor(env);
    } catch (error) {
      // The operator finds the reason in the log; a visitor learns only that it is not theirs.
      report(failed("gateway_misconfigured", error));
      return Response.json(INTERNAL, {
        status: 500,
        headers: { "content-type": "application/problem+json" },
      });
    }
    return gateway.app.fetch(request, env, ctx);
  },

  /** Each minute: every region's feed Worker wakes deliveries whose alarm was lost, and what operators look at is recorded. */
  async scheduled(_controller, env) {
    const { config, deps } = gatewayFor(env);
    const sweep = async (region: string) => {
      try {
        report(swept(region, await env.FEED.sweep(region)));
      } catch (error) {
        // The next minute tries again; the other regions must not wait for this one.
        report(failed("sweep_failed", error, { region }));
      }
    };
    await Promise.all([...config.regions.map((row) => sweep(row.region)), recordOps(deps)]);
  },
} satisfies ExportedHandler<GatewayEnv>;

/** Nobody need look for what was to be seen before something failed to be there. */
async function recordOps(deps: GatewayDeps): Promise<void> {
  const ctx = backgroundCall(deps);
  await deps.ops.record(await deps.ops.collect(deps, ctx, deps.ops.cheapNames));
}
