import { failed } from "../core/telemetry/events.ts";
import { report } from "./telemetry.ts";
import { DRILL_BOARD } from "../core/chaos/board.ts";
import type { DrillDependency } from "../core/chaos/kinds.ts";
import { FollowedDrills } from "../core/chaos/followed.ts";
import type { Site } from "../core/chaos/inject.ts";
import { DRILL_LIMITS } from "../core/chaos/limits.ts";
import type { DrillBoardService } from "../core/chaos/service.ts";
import { systemClock, systemRandom } from "./clock.ts";
import { faulty } from "./faulty-call.ts";
import { inTime } from "./in-time.ts";
import type { ObjectNamespace } from "./object-call.ts";

declare global {
  /**
   * Whether this build can inject faults: set where a Worker is bundled (`define` in its wrangler.toml), so
   * that a build without drills has none of their code. Absent means no.
   */
  var BUILT_WITH_DRILLS: boolean | undefined;
}

/** As much of an environment as says whether there are drills; a production one has no board. */
export interface DrillVars {
  /** `on`: faults may be injected. Refused in production. */
  readonly DRILLS?: string;
  readonly DRILL_BOARD?: ObjectNamespace<DrillBoardService>;
}

/** An object that a drill may end. */
export interface Mortal {
  killForDrill(): Promise<void>;
}

interface Binding {
  readonly dependency: DrillDependency;
  /** Which part of an object's name is its region; null: the binding is of no region. */
  readonly part: number | null;
  readonly writes: readonly string[];
  readonly isMortal: boolean;
}

const inRegion = { dependency: "region", part: 1, writes: [], isMortal: false } as const;
const forAll = { part: null, isMortal: false } as const;

/** Every binding that leads to what a drill can disturb. */
const BINDINGS: Readonly<Record<string, Binding>> = {
  LEADER: { dependency: "leader", part: 2, writes: ["write", "applyInverses"], isMortal: true },
  FOLLOWER: { dependency: "follower", part: 2, writes: ["push"], isMortal: true },
  FEED_BUCKET: { dependency: "feed-cache", part: 1, writes: ["put", "apply"], isMortal: true },
  FEATURE_BUCKET: {
    dependency: "feature-bucket",
    part: 1,
    writes: ["keep", "tell", "act"],
    isMortal: true,
  },
  FANOUT_QUEUE: { ...forAll, dependency: "fanout-queue", writes: ["sendBatch"] },
  MEDIA: { ...forAll, dependency: "media", writes: ["put", "delete"] },
  // What else a region that cannot be reached takes with it.
  CONTROLLER: inRegion,
  COORDINATOR: inRegion,
  SOCKETS: inRegion,
  ROLLOUT_REGION: inRegion,
  RANK_BREAKER: inRegion,
};

const wrapped = new WeakMap<object, object>();
const followed = new WeakMap<object, FollowedDrills>();

/**
 * The environment of a Worker or an object with faults injected into its bindings; the same one each time.
 * Without a board, or with `DRILLS` not on, it is `env` itself.
 */
export function drilledEnv<Env extends object>(
  env: Env & DrillVars,
  defer: (work: Promise<void>) => void,
): Env {
  const known = wrapped.get(env);
  if (known !== undefined) return known as Env;
  const { DRILLS, DRILL_BOARD: board } = env;
  if (DRILLS !== "on" || board === undefined) return env;
  const drills = new FollowedDrills({
    clock: systemClock,
    random: systemRandom,
    defer,
    read: () =>
      inTime(DRILL_LIMITS.drillAskMs, "the board of drills", () =>
        board.getByName(DRILL_BOARD).active(),
      ),
    report: (_, error) => report(failed("object_call_failed", error, { dependency: "drills" })),
  });
  const entries = Object.entries(env).map(([name, value]: [string, unknown]) => {
    const binding = BINDINGS[name];
    return [name, binding === undefined ? value : disturbed(value, binding, drills)] as const;
  });
  const made = Object.fromEntries(entries);
  wrapped.set(env, made);
  followed.set(made, drills);
  return made as Env;
}

/** The drills that this environment follows; null without any. */
export const drillsOf = (env: object): FollowedDrills | null => followed.get(env) ?? null;

function disturbed(value: unknown, binding: Binding, drills: FollowedDrills): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { dependency, part, writes, isMortal } = binding;
  const siteIn =
    (region: Site["region"]) =>
    (method: string): Site => ({
      dependency,
      region,
      operation: writes.includes(method) ? "write" : "read",
    });
  if (part === null) return faulty(value, drills, siteIn(null));
  const namespace = value as ObjectNamespace<object>;
  const byName: ObjectNamespace<object>["getByName"] = (name, options) => {
    const fresh = () => namespace.getByName(name, options);
    const kill = async () => (fresh() as Mortal).killForDrill();
    const region = name.split(":")[part] ?? null;
    return faulty(fresh(), drills, siteIn(region), isMortal ? { fresh, kill } : { fresh });
  };
  return { getByName: byName };
}
