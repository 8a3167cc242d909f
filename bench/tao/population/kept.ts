import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../../../deploy/workers.ts";

/** Loaded graphs, kept between runs: a load of a million keys takes minutes. */
const KEPT = path.join(ROOT, ".edgewise/bench");

/** Where a graph of this name is kept: its storage, and the ids of its nodes once it is whole. */
export interface KeptGraph {
  readonly folder: string;
  /** null until `keep`. */
  ids(): BigUint64Array | null;
  keep(ids: BigUint64Array<ArrayBuffer>): void;
}

/** @param name says everything that the graph depends on. A load that was cut short starts over. */
export function keptGraph(name: string, fresh: boolean): KeptGraph {
  const folder = path.join(KEPT, name);
  const file = path.join(folder, "ids.bin");
  if (fresh || !existsSync(file)) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    ids() {
      if (!existsSync(file)) return null;
      const bytes = readFileSync(file);
      return new BigUint64Array(Uint8Array.from(bytes).buffer);
    },
    keep(ids) {
      writeFileSync(`${file}.part`, new Uint8Array(ids.buffer));
      renameSync(`${file}.part`, file);
    },
  };
}
