import { waitUntil } from "cloudflare:workers";

import { systemClock, systemRandom } from "../../platform/clock.ts";
import { cacheApi } from "../../platform/edge-cache.ts";
import { zonePurge } from "../../platform/cache-purge.ts";
import { r2MediaStore } from "../../platform/media-store.ts";
import { r2RankLog } from "../../platform/rank-log.ts";
import { imagesResizer } from "../../platform/resizer.ts";
import { socketTopology } from "../../core/feed/realtime/buckets.ts";
import { IsolateLevels } from "../../core/degradation/isolate-levels.ts";
import { hmacSigner } from "../../platform/signer.ts";
import { socketsOver } from "../../platform/socket-stubs.ts";
import { drillBoardStubs } from "../../platform/drill-stubs.ts";
import { drilledEnv } from "../../platform/drilled-env.ts";
import { controllerStubs } from "../../platform/controller-stubs.ts";
import { cacheTallyStubs } from "../../platform/cache-stats-stubs.ts";
import { createApp } from "./app.ts";
import { CacheCounts } from "./cache-counts.ts";
import type { GatewayApp } from "./context.ts";
import { EdgeFiles } from "./edge-files.ts";
import { EdgePages } from "./edge-pages.ts";
import { configFrom, type GatewayConfig, type GatewayEnv } from "./env.ts";
import { INTERNAL } from "./problem.ts";
import { createTokens } from "./tokens.ts";

interface Gateway {
  readonly config: GatewayConfig;
  readonly app: GatewayApp;
}

/** An isolate reads its environment once; the runtime hands out the same object each time. */
const gateways = new WeakMap<GatewayEnv, Gateway>();

function gatewayFor(bound: GatewayEnv): Gateway {
  const env = globalThis.BUILT_WITH_DRILLS ? drilledEnv(bound, waitUntil) : bound;
  const known = gateways.get(env);
  if (known !== undefined) return known;
  const config = configFrom(env);
  const edge = cacheApi(() => caches.default);
  const [pages, files] = [new EdgePages(edge, systemClock), new EdgeFiles(edge)];
  const controllers = controllerStubs(env, config.regions);
  const app = createApp({
    config,
    feed: env.FEED,
    media: r2MediaStore(env.MEDIA),
    rankLog: r2RankLog(env.RANK_LOG),
    resizer: imagesResizer(env.IMAGES),
    pages,
    files,
    controllers,
    drills: globalThis.BUILT_WITH_DRILLS ? drillBoardStubs(env) : null,
    levels: new IsolateLevels({
      clock: systemClock,
      regions: config.regions.map(({ region }) => region),
      exchange: controllers.exchange,
      report: (event, region, error) => console.warn({ event, region, error: String(error) }),
    }),
    caches: new CacheCounts({
      pages,
      files,
      tally: cacheTallyStubs(env, config.regions),
      clock: systemClock,
      report: (event, error) => console.warn({ event, error: String(error) }),
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
  });
  const gateway = { config, app };
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
      console.error({ event: "gateway_misconfigured", error: String(error) });
      return Response.json(INTERNAL, {
        status: 500,
        headers: { "content-type": "application/problem+json" },
      });
    }
    return gateway.app.fetch(request, env, ctx);
  },

  /** Each minute: every region's feed Worker wakes deliveries whose alarm was lost. */
  async scheduled(_controller, env) {
    const { config } = gatewayFor(env);
    const sweep = async (region: string) => {
      try {
        console.log({ event: "sweep", region, ...(await env.FEED.sweep(region)) });
      } catch (error) {
        // The next minute tries again; the other regions must not wait for this one.
        console.error({ event: "sweep_failed", region, error: String(error) });
      }
    };
    await Promise.all(config.regions.map((row) => sweep(row.region)));
  },
} satisfies ExportedHandler<GatewayEnv>;
