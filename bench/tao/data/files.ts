import { readFileSync } from "node:fs";
import path from "node:path";

import { FlagError } from "../../../dev/operator/flags.ts";
import { ROOT } from "../../../deploy/workers.ts";
import { parsePopularity, parseSizes, type Popularity, type ValueSizes } from "./cachebench.ts";
import { type Degrees, parseDegrees } from "./linkbench.ts";
import { parseTaoBench, type TaoBenchWorkload } from "./taobench.ts";

/** Beside the checkout: the distributions are others' files and no part of this repository. */
export const DEFAULT_DATA = path.resolve(ROOT, "../shared/data/tao");

/** What TAO mode takes from published measurements. */
export interface TaoModeData {
  readonly degrees: Degrees;
  readonly objects: Popularity;
  readonly lists: Popularity;
  readonly objectBytes: ValueSizes;
  /** Sizes of requests: TAOBench's read transactions, which are the same in O and A. */
  readonly workload: TaoBenchWorkload;
}

/** @throws FlagError when the file is not there. */
export const readTaoBench = (folder: string, name: "A" | "O"): TaoBenchWorkload =>
  parseTaoBench(read(folder, `taobench/workload_${name.toLowerCase()}.json`));

/** @throws FlagError when a file is not there. */
export function readTaoMode(folder: string): TaoModeData {
  return {
    degrees: parseDegrees(read(folder, "linkbench/Distribution.dat"), "nlinks"),
    objects: parsePopularity(read(folder, "cachelib/graph_cache_follower_fbobj/pop.json")),
    lists: parsePopularity(read(folder, "cachelib/graph_cache_follower_assocs/pop.json")),
    objectBytes: parseSizes(read(folder, "cachelib/graph_cache_follower_fbobj/sizes.json")),
    workload: readTaoBench(folder, "O"),
  };
}

function read(folder: string, name: string): string {
  try {
    return readFileSync(path.join(folder, name), "utf8");
  } catch (error) {
    throw new FlagError(
      `There is no ${name} in ${folder}. --data names a folder with taobench/ (workload_a.json, ` +
        "workload_o.json of audreyccheng/taobench), linkbench/ (Distribution.dat of " +
        "facebookarchive/linkbench) and cachelib/ (graph_cache_follower_fbobj and " +
        "graph_cache_follower_assocs of facebook/CacheLib, cachebench/test_configs/hit_ratio).",
      { cause: error },
    );
  }
}
