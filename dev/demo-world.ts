import { OperatorError } from "./operator/api.ts";
import { connect, operatorOptions, shardMapOf } from "./operator/connect.ts";
import { progressFor } from "./operator/progress.ts";
import { LoadConflict, loadWorld } from "./world/load.ts";
import { PAINTER } from "./world/media-pool.ts";
import { stateFileOf } from "./world/state.ts";
import { defaultSpec } from "./world/world.ts";

export const DEMO_USERS = 500;
const DEMO_SEED = 1;
/** SHARDS of the wrangler.toml files, which a local product runs with. */
const LOCAL_SHARDS = 16;

export interface DemoWorldOptions {
  readonly url: string;
  /** Folder of the local instance: its secrets, and how far its world is loaded. */
  readonly dataFolder: string;
  readonly users: number;
  readonly stop: AbortSignal;
}

/** Loads the demo world with its progress shown. A product without one still works, so a failure is only told. */
export async function loadDemoWorld(options: DemoWorldOptions): Promise<void> {
  const { url, dataFolder, users, stop } = options;
  const spec = defaultSpec(DEMO_SEED, users, Date.now());
  const progress = progressFor(process.stdout);
  try {
    const outcome = await loadWorld({
      spec,
      api: connect(operatorOptions({ url, data: dataFolder }, {})),
      shardMap: shardMapOf(LOCAL_SHARDS),
      stateFile: stateFileOf(dataFolder, spec),
      progress,
      stop,
      painter: PAINTER,
      nowMs: Date.now,
    });
    if (outcome.kind === "loaded") {
      progress.finish(
        `Loaded a demo world of ${users} people in ${Math.ceil(outcome.ms / 1_000)} s.`,
      );
    }
    if (outcome.kind === "stopped")
      progress.finish("Stopped while loading; the next start goes on.");
  } catch (error) {
    if (!(error instanceof OperatorError) && !(error instanceof LoadConflict)) throw error;
    progress.finish(`The demo world could not be loaded: ${error.message}`);
  }
}
