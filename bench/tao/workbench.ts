import { progressFor } from "../../dev/operator/progress.ts";
import type { Id } from "../../core/ids.ts";
import { readTaoBench, readTaoMode } from "./data/files.ts";
import type { TaoOptions } from "./options.ts";
import { loadFaithful, planEdges, poolOf } from "./population/faithful-population.ts";
import { keptGraph } from "./population/kept.ts";
import { Loader } from "./population/loader.ts";
import { idAt, loadTaoMode } from "./population/tao-population.ts";
import { startRuntime, type TaoRuntime } from "./runtime.ts";
import type { Source } from "./schedule.ts";
import { faithfulSource, taoSource } from "./sources.ts";
import { Faithful } from "./workload/faithful.ts";
import { TaoMode } from "./workload/tao-mode.ts";

/** A workload over a graph that is loaded and kept in a folder. */
export interface Workbench {
  readonly folder: string;
  readonly source: Source;
  /** What all cache entries of the graph would take in a follower, bytes; null where nobody asks. */
  readonly cacheBytes: number | null;
  /** Some object of the graph, for who needs one that nobody has read yet. */
  readonly objectAt: (n: number) => Id;
}

export async function openWorkbench(options: TaoOptions): Promise<Workbench> {
  return options.workload === "tao"
    ? taoWorkbench(options)
    : faithfulWorkbench(options, options.workload);
}

async function taoWorkbench(options: TaoOptions): Promise<Workbench> {
  const { keys, degreeMax, seed, batch, aloneShare } = options;
  const mode = new TaoMode({ seed, keys, degreeMax }, readTaoMode(options.data));
  const name = `tao-${keys}-${degreeMax}`;
  const { folder, ids } = await loaded(name, options, (loader) =>
    loadTaoMode(mode, seed, loader, progressFor(process.stderr)),
  );
  const source = taoSource(mode, (node) => idAt(ids, node), { batch, aloneShare });
  return {
    folder,
    source,
    cacheBytes: mode.cacheBytes(),
    objectAt: (n) => idAt(ids, n % mode.nodes),
  };
}

async function faithfulWorkbench(options: TaoOptions, name: "O" | "A"): Promise<Workbench> {
  const { edges, seed } = options;
  const workload = readTaoBench(options.data, name);
  const faithful = new Faithful(workload);
  const plans = planEdges(faithful, seed, edges);
  const { folder, ids } = await loaded(`taobench-${name}-${edges}`, options, (loader) =>
    loadFaithful(plans, loader, progressFor(process.stderr)),
  );
  const source = faithfulSource(faithful, workload, poolOf(plans, ids));
  return { folder, source, cacheBytes: null, objectAt: (n) => idAt(ids, n % ids.length) };
}

/** Loads the graph unless an earlier run has. The runtime that loads it ends, so that a run starts cold. */
async function loaded(
  name: string,
  options: TaoOptions,
  load: (loader: Loader) => Promise<BigUint64Array<ArrayBuffer>>,
): Promise<{ readonly folder: string; readonly ids: BigUint64Array }> {
  const { shards, seed, profile, fresh } = options;
  const kept = keptGraph(`${name}-${shards}-${seed}-${profile}`, fresh);
  const { folder } = kept;
  const known = kept.ids();
  if (known !== null) return { folder, ids: known };
  const runtime = await openRuntime(folder, options);
  try {
    const ids = await load(new Loader(runtime.driver, runtime.map));
    kept.keep(ids);
    return { folder, ids };
  } finally {
    await runtime.stop();
  }
}

export const openRuntime = (
  folder: string | null,
  { shards, replicas, profile }: TaoOptions,
  objectVars: Readonly<Record<string, string>> = {},
): Promise<TaoRuntime> =>
  startRuntime({
    dataFolder: folder,
    profile,
    shards,
    replicas,
    objectVars,
    onStep: (text) => console.error(text),
  });

/** The graph in a runtime that has read nothing of it, with the memory that the options allow. */
export const openColdRuntime = (
  { folder, cacheBytes }: Workbench,
  options: TaoOptions,
): Promise<TaoRuntime> =>
  openRuntime(folder, options, {
    LEADER_BYTES: String(options.leaderMegabytes * 1_000_000),
    ...followerVars(cacheBytes, options),
  });

/** Every follower of a region gets its part of the region's share of all bytes. */
function followerVars(
  cacheBytes: number | null,
  { followerShare, shards, replicas }: TaoOptions,
): Readonly<Record<string, string>> {
  if (cacheBytes === null) return {};
  return { FOLLOWER_BYTES: String(Math.ceil((cacheBytes * followerShare) / shards / replicas)) };
}
