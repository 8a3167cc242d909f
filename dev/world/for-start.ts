import { connect, operatorOptions, shardMapOf } from "../operator/connect.ts";
import { progressFor } from "../operator/progress.ts";
import { type LoadOutcome, loadWorld } from "./load.ts";
import { PAINTER } from "./media-pool.ts";
import { stateFileOf } from "./state.ts";
import { defaultSpec } from "./world.ts";

/**
 * For `npm start`: the default world, when it is not there yet. Quick when it is.
 * @throws OperatorError, LoadConflict
 */
export function loadDemoWorld(options: {
  readonly url: string;
  readonly authSecret: string;
  readonly dataFolder: string;
  readonly users: number;
  readonly stop: AbortSignal;
}): Promise<LoadOutcome> {
  const spec = defaultSpec(1, options.users, Date.now());
  return loadWorld({
    spec,
    api: connect(operatorOptions({ url: options.url, secret: options.authSecret }, process.env)),
    shardMap: shardMapOf(16),
    stateFile: stateFileOf(options.dataFolder, spec),
    progress: progressFor(process.stderr),
    stop: options.stop,
    painter: PAINTER,
    nowMs: Date.now,
  });
}
