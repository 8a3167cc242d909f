import type { Region } from "../core/regions/regions.ts";
import type { GraphStore } from "../core/tao/store.ts";
import { drillsOf } from "../platform/drilled-env.ts";
import { faulty } from "../platform/faulty-call.ts";
import type { ObjectsEnv } from "./env.ts";

const WRITES: readonly string[] = [
  "commit",
  "trim",
  "dropIntents",
  "addFollower",
  "dropFollower",
] satisfies readonly (keyof GraphStore)[];

/** A leader's store whose calls may be at fault, below what the leader remembers. What fails has changed nothing. */
export function faultyStore(
  open: (epoch: number) => Promise<GraphStore>,
  env: ObjectsEnv,
  region: Region,
): (epoch: number) => Promise<GraphStore> {
  const drills = drillsOf(env);
  if (drills === null) return open;
  return async (epoch) =>
    faulty(await open(epoch), drills, (method) => ({
      dependency: "store",
      region,
      operation: WRITES.includes(method) ? "write" : "read",
    }));
}
