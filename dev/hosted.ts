import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { ROOT } from "../deploy/workers.ts";
import {
  type BackendPorts,
  type Backends,
  type FeedCacheAccess,
  freePorts,
  startBackends,
} from "./backends.ts";
import { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts";

/** Data of `npm start -- --profile hosted`, apart from the embedded profile's. */
export const HOSTED_FOLDER = path.join(ROOT, ".edgewise/hosted");

export interface HostedOptions extends ClusterOptions {
  /** Where the servers listen; free ports unless told. */
  readonly ports?: BackendPorts;
}

export interface HostedCluster extends Cluster {
  /** To look into the database, and to kill and restart what the product stands on. */
  readonly backends: Backends;
}

/** The product as `startCluster` runs it, with the graph in a MariaDB and feeds in a Redis, behind the services' protocols. */
export async function startHosted(options: HostedOptions): Promise<HostedCluster> {
  const folder = options.dataFolder ?? mkdtempSync(path.join(os.tmpdir(), "edgewise-hosted-"));
  const removeFolder = (): void => {
    if (options.dataFolder === null) rmSync(folder, { recursive: true, force: true });
  };
  const backends = await startBackends({
    folder,
    ports: options.ports ?? (await freePorts()),
    ...(options.onStep && { onStep: options.onStep }),
  });
  try {
    const services = { databaseUrl: backends.databaseUrl, feedCache: backends.feedCache };
    const cluster = await startOnServices(services, options);
    const stop = async (): Promise<void> => {
      await cluster.stop();
      await backends.stop();
      removeFolder();
    };
    return { ...cluster, backends, stop };
  } catch (error) {
    await backends.stop();
    removeFolder();
    throw error;
  }
}

export interface Services {
  readonly databaseUrl: string;
  /** Null: feeds are cached inside the product, as in the embedded profile. */
  readonly feedCache: FeedCacheAccess | null;
}

/** The same product on services that run elsewhere. */
export const startOnServices = (
  { databaseUrl, feedCache }: Services,
  options: ClusterOptions,
): Promise<Cluster> =>
  startCluster({
    ...options,
    vars: {
      ...options.vars,
      objects: { ...options.vars?.objects, STORE: "mysql", DATABASE_URL: databaseUrl },
      feed: { ...options.vars?.feed, ...feedCacheVars(feedCache) },
    },
  });

const feedCacheVars = (access: FeedCacheAccess | null): Readonly<Record<string, string>> =>
  access === null
    ? {}
    : {
        FEED_CACHE: "upstash",
        UPSTASH_REDIS_REST_URL: access.url,
        UPSTASH_REDIS_REST_TOKEN: access.token,
      };
