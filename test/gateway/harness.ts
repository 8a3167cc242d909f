import { SignJWT } from "jose";

import type { Failure } from "../../core/errors.ts";
import { IsolateLevels } from "../../core/degradation/isolate-levels.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { CachePurge } from "../../platform/cache-purge.ts";
import { hmacSigner } from "../../platform/signer.ts";
import { createApp } from "../../workers/gateway/app.ts";
import { CacheCounts } from "../../workers/gateway/cache-counts.ts";
import { EdgeFiles } from "../../workers/gateway/edge-files.ts";
import { EdgePages } from "../../workers/gateway/edge-pages.ts";
import { configFrom, DEVELOPMENT_SECRET, type GatewayEnv } from "../../workers/gateway/env.ts";
import { createTokens } from "../../workers/gateway/tokens.ts";
import { ADA, FakeFeed } from "../fakes/fake-feed.ts";
import { MemoryTally } from "../fakes/memory-tally.ts";
import { FakeResizer } from "../fakes/fake-resizer.ts";
import { FakeControllers } from "../fakes/fake-controllers.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { FakeSockets } from "../fakes/fake-sockets.ts";
import { MemoryDrills } from "../fakes/memory-drills.ts";
import { MemoryEdge } from "../fakes/memory-edge.ts";
import { MemoryRankLog } from "../fakes/memory-rank-log.ts";
import { MemoryMedia } from "../fakes/memory-media.ts";

export const START_MS = 1_800_000_000_000;
type Vars = Omit<
  Partial<GatewayEnv>,
  | "FEED"
  | "MEDIA"
  | "RANK_LOG"
  | "ASSETS"
  | "IMAGES"
  | "SOCKETS"
  | "CACHE_TALLY"
  | "CONTROLLER"
  | "DRILL_BOARD"
>;

export interface TokenOptions {
  readonly sub?: string;
  readonly roles?: readonly string[];
  readonly issuer?: string;
  /** Seconds from the clock's now. */
  readonly expiresIn?: number;
  readonly secret?: string;
}

/** The whole gateway in this process: a fake feed Worker, a clock that stands still. */
export function startGateway(
  vars: Vars = {},
  fetcher: (url: string) => Promise<Response> = offline,
  feed: FakeFeed = new FakeFeed(),
  hasDrills = true,
) {
  const config = configFrom({ ENVIRONMENT: "development", DEMO_SIGN_IN: "on", ...vars });
  const [media, clock] = [new MemoryMedia(), new ManualClock(START_MS)];
  const [edge, resizer] = [new MemoryEdge(clock), new FakeResizer()];
  const [pages, files] = [new EdgePages(edge, clock), new EdgeFiles(edge)];
  const tally = new MemoryTally();
  const rankLog = new MemoryRankLog();
  const report = (event: string) => console.warn(event);
  const zone = new FakeZone();
  const afterwards = new Afterwards();
  const sockets = new FakeSockets();
  const controllers = new FakeControllers(clock);
  const drills = new MemoryDrills(clock);
  const tokens = createTokens(config, fetcher);
  let verified = 0;
  const bare = createApp({
    config,
    feed,
    media,
    rankLog,
    resizer,
    pages,
    files,
    caches: new CacheCounts({ pages, files, tally: tally.of, clock, report }),
    levels: new IsolateLevels({
      clock,
      regions: config.regions.map(({ region }) => region),
      exchange: controllers.exchange,
      report,
    }),
    controllers,
    drills: hasDrills ? drills : null,
    zone,
    sockets,
    signer: hmacSigner(config.signingSecret),
    clock,
    random: { next: () => 0.5 },
    assets: { fetch: async (request) => asset(new URL(request.url).pathname) },
    tokens: {
      sign: tokens.sign,
      verify: (token, nowMs) => {
        verified++;
        return tokens.verify(token, nowMs);
      },
    },
  });
  const token = ({
    sub = ADA.id,
    roles,
    issuer = "edgewise",
    expiresIn = 3_600,
    secret,
  }: TokenOptions = {}) =>
    new SignJWT({ sub, ...(roles !== undefined && { roles }) })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer(issuer)
      .setExpirationTime(Math.floor(clock.nowMs() / 1_000) + expiresIn)
      .sign(new TextEncoder().encode(secret ?? DEVELOPMENT_SECRET));

  /** As the runtime calls it: with something to do after the answer. */
  const app = {
    request: async (input: string | Request, init?: RequestInit) =>
      bare.request(input, init, {}, afterwards.context),
  };

  return {
    app,
    feed,
    media,
    rankLog,
    resizer,
    edge,
    pages,
    tally,
    zone,
    sockets,
    controllers,
    drills,
    clock,
    /** Waits for what answers left to be done after them. */
    settle: () => afterwards.settle(),
    token,
    verifications: () => verified,
    request: async (path: string, init: RequestInit = {}) => app.request(path, init),
    /** As ada, unless the headers say otherwise. */
    asAda: async (path: string, init: RequestInit = {}) => {
      const headers = {
        authorization: `Bearer ${await token()}`,
        ...(init.headers as Record<string, string>),
      };
      return app.request(path, { ...init, headers });
    },
  };
}
/** Collects what `waitUntil` is given, so that a test can wait for it. */
class Afterwards {
  #work: Promise<unknown>[] = [];
  readonly context = {
    waitUntil: (work: Promise<unknown>) => void this.#work.push(work),
    passThroughOnException: () => {},
    props: {},
  } as unknown as ExecutionContext;

  async settle(): Promise<void> {
    while (this.#work.length > 0) await Promise.all(this.#work.splice(0));
  }
}

/** Remembers what was purged; answers `failure` instead while it has one. */
class FakeZone implements CachePurge {
  readonly purged: string[] = [];
  failure: Failure | null = null;

  async purge(tags: readonly string[]): Promise<Result<number, Failure>> {
    if (this.failure !== null) return err(this.failure);
    this.purged.push(...tags);
    return ok(tags.length);
  }
}

export type Gateway = ReturnType<typeof startGateway>;

export const json = (body: unknown): { body: string; headers: Record<string, string> } => ({
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

const offline = async (): Promise<Response> => {
  throw new TypeError("fetch failed");
};

/** As the assets binding answers with a fallback to the single page. */
function asset(pathname: string): Response {
  const files: Record<string, [string, string]> = {
    "/assets/app-1a2b3c4d.js": ["text/javascript", "export {};"],
    "/icon.svg": ["image/svg+xml", "<svg/>"],
  };
  const [type, body] = files[pathname] ?? [
    "text/html; charset=utf-8",
    "<!doctype html><title>Edgewise</title>",
  ];
  return new Response(body, { headers: { "content-type": type } });
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly instance: string;
  readonly traceId: string;
  readonly field?: string;
  readonly retryAfter?: number;
}

/** Refuses anything that is not a complete problem document. */
export async function problemOf(response: Response): Promise<ProblemBody> {
  const type = response.headers.get("content-type");
  const text = await response.text();
  if (type !== "application/problem+json")
    throw new Error(`${response.status} ${type}: ${text.slice(0, 200)}`);
  const problem = JSON.parse(text) as ProblemBody;
  if (problem.status !== response.status) throw new Error(`status differs: ${text}`);
  if (problem.type !== `/docs#${problem.code}`) throw new Error(`type differs: ${text}`);
  if (!/^[A-Z"].*[.!?]$/su.test(problem.detail))
    throw new Error(`not a sentence: ${problem.detail}`);
  if (/\bat .*\.ts|Error:|node_modules/.test(text)) throw new Error(`leaks: ${text}`);
  return problem;
}
