import path from "node:path";

/** The root of the checkout. */
export const ROOT = path.resolve(import.meta.dirname, "..");

export type SecretName = "AUTH_SECRET" | "SIGNING_SECRET";

export interface WorkerPlan {
  /** Short name, as used by `--only`. */
  readonly id: "objects" | "ranking-proxy" | "feed" | "gateway";
  /** `name` in its configuration. */
  readonly name: string;
  /** Path of its configuration from the root. */
  readonly config: string;
  /** Folder of its own sources from the root; besides them it is made of core, platform and db. */
  readonly folder: string;
  /** Set once per environment with `wrangler secret put`; the Worker refuses to serve without. */
  readonly secrets: readonly SecretName[];
}

/** In dependency order: a Worker is deployed after everything that it binds to. */
export const WORKERS: readonly WorkerPlan[] = [
  {
    id: "objects",
    name: "edgewise-objects",
    config: "durable-objects/wrangler.toml",
    folder: "durable-objects",
    secrets: [],
  },
  {
    id: "ranking-proxy",
    name: "edgewise-ranking-proxy",
    config: "workers/ranking-proxy/wrangler.toml",
    folder: "workers/ranking-proxy",
    secrets: [],
  },
  {
    id: "feed",
    name: "edgewise-feed",
    config: "workers/feed/wrangler.toml",
    folder: "workers/feed",
    secrets: ["SIGNING_SECRET"],
  },
  {
    id: "gateway",
    name: "edgewise-gateway",
    config: "wrangler.toml",
    folder: "workers/gateway",
    secrets: ["AUTH_SECRET", "SIGNING_SECRET"],
  },
];
