import { stream } from "../../dev/world/random.ts";
import { median } from "../measure/statistics.ts";
import type { DriveRequest } from "./drive/wire.ts";
import type { TaoOptions } from "./options.ts";
import { cpuOf, type TaoRuntime } from "./runtime.ts";
import { drawMany } from "./schedule.ts";
import { openColdRuntime, type Workbench } from "./workbench.ts";

/** Requests kept in flight: enough to keep the runtime busy. */
const WIDTH = 24;
const REQUESTS = 3_000;
/** Of ours and of the floor, in turn. */
const ROUNDS = 3;

export interface Rate {
  readonly opsPerSecond: number;
  /** Microseconds of CPU of the whole runtime, driver included. */
  readonly cpuMicrosPerOp: number;
}

export interface Capacity {
  /** From a cold start: what the rate of the open loop is taken from. */
  readonly cold: Rate;
  /** The same requests again, warm, and against objects that do nothing; the median round of each. */
  readonly warm: Rate;
  readonly floor: Rate;
}

/** What a closed loop reaches, on a runtime of its own. */
export async function findCapacity(bench: Workbench, options: TaoOptions): Promise<Capacity> {
  const runtime = await openColdRuntime(bench, options);
  try {
    const random = stream(options.seed, "capacity");
    const requests = drawMany(bench.source, REQUESTS, runtime.regions.length, random);
    const ms = options.capacitySeconds * 1_000;
    const cold = await rateOf(runtime, requests, ms, "followers");
    const warm: Rate[] = [];
    const floor: Rate[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      warm.push(await rateOf(runtime, requests, ms / 2, "followers"));
      floor.push(await rateOf(runtime, requests, ms / 2, "floor"));
    }
    return { cold, warm: middle(warm), floor: middle(floor) };
  } finally {
    await runtime.stop();
  }
}

async function rateOf(
  runtime: TaoRuntime,
  requests: readonly DriveRequest[],
  ms: number,
  over: "followers" | "floor",
): Promise<Rate> {
  const mean = requests.reduce((sum, { ops }) => sum + ops.length, 0) / requests.length;
  const before = cpuOf(runtime);
  const answers = await runtime.driver.closed(requests, WIDTH, ms, over);
  const ops = answers.length * mean;
  return {
    opsPerSecond: (ops * 1_000) / ms,
    cpuMicrosPerOp: ((cpuOf(runtime) - before) * 1e6) / ops,
  };
}

const middle = (rates: readonly Rate[]): Rate => ({
  opsPerSecond: median(rates.map((rate) => rate.opsPerSecond)),
  cpuMicrosPerOp: median(rates.map((rate) => rate.cpuMicrosPerOp)),
});
