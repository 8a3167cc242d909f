import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { ROOT } from "../deploy/workers.ts";
import { type BackendPorts, type Backends, freePorts, startBackends } from "./backends.ts";
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

/** The product as `startCluster` runs it, with the graph in a MariaDB behind PlanetScale's protocol. */
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
    const cluster = await startOnDatabase(backends.databaseUrl, options);
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

/** The same product on a database that runs elsewhere. */
export const startOnDatabase = (databaseUrl: string, options: ClusterOptions): Promise<Cluster> =>
  startCluster({
    ...options,
    vars: {
      ...options.vars,
      objects: { ...options.vars?.objects, STORE: "mysql", DATABASE_URL: databaseUrl },
    },
  });
