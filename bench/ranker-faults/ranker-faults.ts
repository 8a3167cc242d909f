import { writeFile } from "node:fs/promises";

import type { Pool } from "../../core/ranking/balance/pools.ts";
import { watchMachine } from "./machine.ts";
import { rankerFaultsOptions } from "./options.ts";
import { productFaults } from "./product/product-faults.ts";
import { reportOf, reportText } from "./report.ts";
import { type Outcome, runStage, type Stage } from "./run.ts";
import { startRankingRuntime } from "./runtime.ts";
import { SCENARIOS } from "./scenarios.ts";
import { startStubs } from "./stubs.ts";

const say = (text: string) => console.error(text);

/** @returns the exit code: 1 when a request was late or its label untrue, or probes came as a herd. */
export async function rankerFaults(args: readonly string[]): Promise<number> {
  const options = rankerFaultsOptions(args);
  if (options.product) return productFaults(options);
  const stubs = startStubs();
  const stages: Stage[] = [];
  for (const [place, scenario] of SCENARIOS.entries()) {
    if (!scenario.name.includes(options.only)) continue;
    const servers = [await stubs.start(), await stubs.start()];
    stages.push({ scenario, region: `region-${place}`, servers });
  }
  const runtime = await startRankingRuntime({
    pools: stages.map(poolOf),
    regions: stages.map(({ region }) => region),
    isolates: options.isolates,
    vars: options.ratio === null ? {} : { BREAKER_FAILURE_RATIO: String(options.ratio) },
    onLog: (level, message) => level === "error" && console.error(message),
  });
  try {
    const outcomes: Outcome[] = [];
    const stopWatch = watchMachine(3_600);
    for (let place = 0; place < stages.length; place += options.atOnce) {
      const some = stages.slice(place, place + options.atOnce);
      say(`Running ${some.map(({ scenario }) => scenario.name).join("; ")}`);
      // An isolate's first requests compile it: they are not what this is about.
      await Promise.all(some.map(({ region }) => warm(runtime, region, options.isolates)));
      outcomes.push(
        ...(await Promise.all(some.map((stage) => runStage(stage, runtime, stubs, options)))),
      );
    }
    const report = reportOf(options, outcomes, stopWatch());
    console.log(reportText(report));
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return report.isMet ? 0 : 1;
  } finally {
    stubs.stop();
    await runtime.stop();
  }
}

const poolOf = ({ region, servers }: Stage): Pool => ({
  name: region,
  servers,
  weights: { [region]: 1 },
  pick: "least",
});

async function warm(
  runtime: Awaited<ReturnType<typeof startRankingRuntime>>,
  region: string,
  isolates: number,
): Promise<void> {
  for (let place = 0; place < 10 * isolates; place++)
    await runtime.ask({ region, proxy: place % isolates, rows: 100, place, budgetMs: 2_000 });
}
