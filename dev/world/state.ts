import path from "node:path";

/** Beside the data it describes: who deletes the one deletes the other. `place` is a remote product's. */
export const stateFileOf = (
  dataFolder: string,
  spec: { readonly seed: number; readonly users: number },
  place = "",
): string => path.join(dataFolder, `world-${spec.seed}-${spec.users}${place}.jsonl`);
