import { SignJWT } from "jose";

import { hmacSigner } from "../../platform/signer.ts";
import { createApp } from "../../workers/gateway/app.ts";
import { configFrom, DEVELOPMENT_SECRET, type GatewayEnv } from "../../workers/gateway/env.ts";
import { createTokens } from "../../workers/gateway/tokens.ts";
import { ADA, FakeFeed } from "../fakes/fake-feed.ts";
import { ManualClock } from "../fakes/manual-clock.ts";
import { FakeSockets } from "../fakes/fake-sockets.ts";
import { MemoryMedia } from "../fakes/memory-media.ts";

export const START_MS = 1_800_000_000_000;
type Vars = Omit<Partial<GatewayEnv>, "FEED" | "MEDIA" | "ASSETS" | "SOCKETS">;

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
) {
  const config = configFrom({ ENVIRONMENT: "development", DEMO_SIGN_IN: "on", ...vars });
  const [feed, media, clock] = [new FakeFeed(), new MemoryMedia(), new ManualClock(START_MS)];
  const sockets = new FakeSockets();
  const tokens = createTokens(config, fetcher);
  let verified = 0;
  const app = createApp({
    config,
    feed,
    media,
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

  return {
    app,
    feed,
    media,
    sockets,
    clock,
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
