import type { Context, Hono } from "hono";

import type { Clock, Random } from "../../core/clock.ts";
import type { Effects } from "../../core/degradation/effects.ts";
import type { IsolateLevels } from "../../core/degradation/isolate-levels.ts";
import type { FeedService } from "../../core/feed/service.ts";
import type { Region } from "../../core/regions/regions.ts";
import type { CachePurge } from "../../platform/cache-purge.ts";
import type { Drills } from "../../platform/drill-stubs.ts";
import type { Controllers } from "../../platform/controller-stubs.ts";
import type { MediaStore } from "../../platform/media-store.ts";
import type { RankLogStore } from "../../platform/rank-log.ts";
import type { Resizer } from "../../platform/resizer.ts";
import type { CacheCounts } from "./cache-counts.ts";
import type { EdgeFiles } from "./edge-files.ts";
import type { EdgePages } from "./edge-pages.ts";
import type { Signer } from "../../core/signer.ts";
import type { Sockets } from "../../platform/socket-stubs.ts";
import type { GatewayConfig } from "./env.ts";
import type { Caller, Tokens } from "./tokens.ts";

/** Everything the app needs from outside. */
export interface GatewayDeps {
  readonly config: GatewayConfig;
  readonly feed: FeedService;
  readonly media: MediaStore;
  readonly rankLog: RankLogStore;
  readonly resizer: Resizer;
  readonly pages: EdgePages;
  readonly files: EdgeFiles;
  readonly caches: CacheCounts;
  readonly levels: IsolateLevels;
  readonly controllers: Controllers;
  /** null: this build, or this environment, has none. */
  readonly drills: Drills | null;
  /** Purges the other data centres; null where no zone is configured. */
  readonly zone: CachePurge | null;
  /** The built web app. */
  readonly assets: { fetch(request: Request): Promise<Response> };
  readonly tokens: Tokens;
  readonly sockets: Sockets;
  /** Of tickets for sockets. */
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
}

/** What the middleware knows about a request. */
export interface RequestVariables {
  readonly nowMs: number;
  /** Where it entered. */
  readonly ownRegion: Region;
  /** Where it is served: elsewhere only when its own region is failed over. */
  readonly region: Region;
  readonly effects: Effects;
  /** The client's address as the platform saw it; never a header that a client can set. */
  readonly address: string;
  /** null: not signed in. */
  caller: Caller | null;
  /** Headers of the answer, whatever it will be; see `respond`. */
  readonly headers: Record<string, string>;
  /** Made when first asked for: most requests need none. */
  readonly traceId: () => string;
}

export interface GatewayTypes {
  Variables: RequestVariables;
}
export type GatewayApp = Hono<GatewayTypes>;
export type GatewayContext = Context<GatewayTypes>;
