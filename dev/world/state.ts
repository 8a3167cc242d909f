import path from "node:path";

/** Beside the data it describes: who deletes the one deletes the other. */
export const stateFileOf = (
  dataFolder: string,
  spec: { readonly seed: number; readonly users: number },
): string => path.join(dataFolder, `world-${spec.seed}-${spec.users}.jsonl`);
