import { handleId, LISTED_ROOT } from "../../core/feed/directory.ts";
import { type Id, parseId } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { ShardMap } from "../../core/tao/shard-map.ts";
import type { OperatorApi } from "../operator/api.ts";
import { type Unit, writeUnits } from "../operator/batches.ts";
import { Journal } from "../operator/journal.ts";
import { runPool } from "../operator/pool.ts";
import type { Progress } from "../operator/progress.ts";
import type { Painter } from "./media-pool.ts";
import type { Loaded, Phase } from "./phase.ts";
import { loadStages } from "./phases.ts";
import { generateWorld, type World, type WorldSpec } from "./world.ts";

export interface LoadOptions {
  readonly spec: WorldSpec;
  readonly api: OperatorApi;
  readonly shardMap: ShardMap;
  /** Where the ids of what is loaded are kept between runs. */
  readonly stateFile: string;
  readonly progress: Progress;
  readonly painter: Painter;
  /** Aborted on Ctrl-C: what is in flight finishes, nothing new starts. */
  readonly stop: AbortSignal;
  readonly nowMs: () => number;
}

export type LoadOutcome =
  | { readonly kind: "loaded"; readonly writes: number; readonly ms: number }
  | { readonly kind: "already" }
  | { readonly kind: "stopped"; readonly done: number; readonly total: number };

/** The store holds something that stands in the way; the message says what and what to do. */
export class LoadConflict extends Error {
  override readonly name = "LoadConflict";
}

/** HTTP calls in flight. */
const CALLS = 4;

/**
 * Loads the world into a running product, or goes on where an earlier run stopped.
 * Harmless to repeat: finished steps are skipped, an unfinished one is sent again under
 * the opIds it had before.
 * @throws OperatorError when the product does not answer, LoadConflict when its handles are taken.
 */
export async function loadWorld(options: LoadOptions): Promise<LoadOutcome> {
  const { api, spec, stop, progress } = options;
  const { journal, world } = await openWorld(options);
  if (await isLoaded(api, world)) return { kind: "already" };
  await refuseTakenHandles(api, world, journal);

  const startedMs = options.nowMs();
  const loaded: Loaded = {
    userIds: [],
    avatarKeys: [],
    scenes: [],
    postIds: world.people.map(() => []),
  };
  const stages = loadStages(world, loaded, api, options.painter);
  const total = stages.flat(2).reduce((sum, phase) => sum + phase.expected, 0);
  const tally = { done: 0, writes: 0 };
  const failed = new AbortController();
  const either = AbortSignal.any([stop, failed.signal]);
  for (const lanes of stages) {
    await runPool(lanes.length, lanes.length, (lane) => runLane(lanes[lane] ?? []), stop);
    if (stop.aborted) return { kind: "stopped", done: Math.round(tally.done), total };
  }
  return { kind: "loaded", writes: tally.writes, ms: options.nowMs() - startedMs };

  async function runLane(lane: readonly Phase[]): Promise<void> {
    for (const phase of lane) {
      try {
        await runPool(phase.chunks, CALLS, (chunk) => runChunk(phase, chunk), either);
      } catch (error) {
        // The other lanes finish what is in flight, and no more.
        failed.abort();
        throw error;
      }
      if (either.aborted) return;
    }
  }

  async function runChunk(phase: Phase, chunk: number): Promise<void> {
    const step = `${phase.name}:${chunk}`;
    const known = journal.get(step);
    if (known !== undefined) phase.restore(chunk, known);
    else {
      const write = async (units: readonly Unit[], part: string): Promise<readonly Id[]> => {
        const ids = await writeUnits(
          api,
          options.shardMap,
          units,
          `world:${spec.seed}:${spec.users}:${step}${part}`,
        );
        tally.writes += units.length;
        return ids;
      };
      journal.record(step, await phase.run(chunk, write));
    }
    tally.done += phase.expected / phase.chunks;
    const rate = Math.round(tally.writes / Math.max(0.001, (options.nowMs() - startedMs) / 1_000));
    progress.update(
      Math.round(tally.done),
      total,
      `${phase.name} · ${rate.toLocaleString("en")} writes/s`,
    );
  }
}

/** The history of a world ends when it was first loaded, whenever it is resumed. */
async function openWorld(options: LoadOptions): Promise<{ journal: Journal; world: World }> {
  const { spec, stateFile } = options;
  const opened = Journal.open(stateFile);
  if (opened !== null) {
    const kept = parseHeader(opened.header);
    if (kept !== null && sameSizes(kept, spec)) {
      const world = generateWorld({ ...spec, nowMs: kept.nowMs });
      if (await stillThere(options.api, opened.journal)) return { journal: opened.journal, world };
    }
  }
  // Another world's, or of a store that is gone: nothing in it can be resumed.
  return { journal: Journal.create(stateFile, JSON.stringify(spec)), world: generateWorld(spec) };
}

function parseHeader(header: string): WorldSpec | null {
  try {
    return JSON.parse(header) as WorldSpec;
  } catch {
    return null;
  }
}

const sameSizes = (a: WorldSpec, b: WorldSpec): boolean =>
  JSON.stringify({ ...a, nowMs: 0 }) === JSON.stringify({ ...b, nowMs: 0 });

async function stillThere(api: OperatorApi, journal: Journal): Promise<boolean> {
  const first = parseId(journal.get("people:0")?.[0] ?? "");
  if (first === null) return true;
  const [answer] = await api.read([{ op: "objGet", id: first }]);
  return answer?.op === "objGet" && answer.object !== null;
}

/** Listing people is the last phase, so the first one listed means that all is there. */
async function isLoaded(api: OperatorApi, world: World): Promise<boolean> {
  const owner = await ownerOfHandle(api, world.people[0]?.handle ?? "");
  // A smaller world of the same seed has the same first people, but not the last one.
  const last = await ownerOfHandle(api, world.people.at(-1)?.handle ?? "");
  if (owner === null || last === null) return false;
  const [answer] = await api.read([
    { op: "assocGet", id1: LISTED_ROOT, atype: ASSOC.listed, id2s: [owner] },
  ]);
  return answer?.op === "assocGet" && answer.assocs.length > 0;
}

async function ownerOfHandle(api: OperatorApi, handle: string): Promise<Id | null> {
  const id = handleId(handle);
  const [answer] = await api.read([{ op: "assocGet", id1: id, atype: ASSOC.handle, id2s: [id] }]);
  if (answer?.op !== "assocGet" || answer.assocs[0] === undefined) return null;
  const claim: { user?: string } = JSON.parse(answer.assocs[0].data);
  return parseId(claim.user ?? "");
}

/** Before the first write, because half a world helps nobody. */
async function refuseTakenHandles(api: OperatorApi, world: World, journal: Journal): Promise<void> {
  if (journal.get("people:0") !== undefined) return;
  const ids = world.people.map((person) => handleId(person.handle));
  const answers = await api.read(
    ids.map((id) => ({ op: "assocGet", id1: id, atype: ASSOC.handle, id2s: [id] }) as const),
  );
  const taken = answers.findIndex((answer) => answer.op === "assocGet" && answer.assocs.length > 0);
  if (taken < 0) return;
  throw new LoadConflict(
    `the handle @${world.people[taken]?.handle} is taken: the store already holds another world. ` +
      "Start the product on an empty store, or go on with the state file of the world it holds (--state).",
  );
}
