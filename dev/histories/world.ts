import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";

import type { ShardMap } from "../../core/tao/shard-map.ts";
import { dumpEmbedded, type ShardDump } from "./embedded-dump.ts";
import type { Database } from "./faults.ts";

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
  /** Past all code of the product, while it is quiet. */
  dump(map: ShardMap): Promise<readonly ShardDump[]>;
  stop(): Promise<void>;
}

/** Between a record's time and its place on disk there is one turn of the leader. */
const EMBEDDED_COMMIT_MS_MAX = 1_000;

export async function makeWorld(profile: Profile, folder: string): Promise<World> {
  const dataFolder = path.join(folder, "data");
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  if (profile === "hosted") throw new Error("not yet");
  return {
    dataFolder,
    databaseUrl: null,
    database: null,
    commitMsMax: EMBEDDED_COMMIT_MS_MAX,
    dump: async (map) => dumpEmbedded(dataFolder, map),
    stop: async () => undefined,
  };
}
