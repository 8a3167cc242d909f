import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";

import { LIMITS } from "../../core/limits.ts";
import type { ShardMap } from "../../core/tao/shard-map.ts";
import { freePorts, startBackends } from "../backends.ts";
import { dumpEmbedded } from "./embedded-dump.ts";
import type { Database } from "./faults.ts";
import { hostedDumps, hostedLogs } from "./hosted-dump.ts";
import type { ShardDump, ShardLog } from "./shard-dump.ts";

export const PROFILES = ["embedded", "hosted"] as const;
export type Profile = (typeof PROFILES)[number];

/** What the product of one segment stands on: empty at first, and its own. */
export interface World {
  readonly dataFolder: string;
  /** null: the graph is in the objects. */
  readonly databaseUrl: string | null;
  readonly database: Database | null;
  /** How long after its record's time a commit may still become durable, ms. */
  readonly commitMsMax: number;
  /** The logs, past all code of the product, while it is quiet. */
  logs(map: ShardMap): Promise<readonly ShardLog[]>;
  /** Everything, while the product is down. */
  dump(map: ShardMap): Promise<readonly ShardDump[]>;
  stop(): Promise<void>;
}

/** Between a record's time and its place on disk there is one turn of the leader. */
const EMBEDDED_COMMIT_MS_MAX = 1_000;

/** A statement that was given up may still be carried out; another follows until one says so. */
const HOSTED_COMMIT_MS_MAX = 2 * LIMITS.commitDoubtMs;

export async function makeWorld(profile: Profile, folder: string): Promise<World> {
  const dataFolder = path.join(folder, "data");
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  return profile === "hosted" ? hostedWorld(dataFolder) : embeddedWorld(dataFolder);
}

const embeddedWorld = (dataFolder: string): World => ({
  dataFolder,
  databaseUrl: null,
  database: null,
  commitMsMax: EMBEDDED_COMMIT_MS_MAX,
  logs: async (map) => dumpEmbedded(dataFolder, map),
  dump: async (map) => dumpEmbedded(dataFolder, map),
  stop: async () => undefined,
});

async function hostedWorld(dataFolder: string): Promise<World> {
  const backends = await startBackends({ folder: dataFolder, ports: await freePorts() });
  return {
    dataFolder,
    databaseUrl: backends.databaseUrl,
    database: {
      async killAndRestart(what) {
        const backend = backends[what];
        await backend.process.kill();
        await backend.restart();
      },
    },
    commitMsMax: HOSTED_COMMIT_MS_MAX,
    logs: () => hostedLogs(backends),
    dump: () => hostedDumps(backends),
    stop: () => backends.stop(),
  };
}
