import { writeFile } from "node:fs/promises";

import { findCapacity, runLoad } from "./load-run.ts";
import { taoOptions, type TaoOptions } from "./options.ts";
import { type LoadReport, loadText } from "./report/text.ts";
import { openWorkbench } from "./workbench.ts";

/** The open loop runs at no more than this share of what the closed loop reached. */
const RATE_SHARE = 0.5;

const say = (text: string) => console.error(text);

/** @returns the exit code: 1 when a request failed. */
export async function tao(args: readonly string[]): Promise<number> {
  const options = taoOptions(args);
  return loadShow(options);
}

async function loadShow(options: TaoOptions): Promise<number> {
  const bench = await openWorkbench(options);
  let capacity: number | null = null;
  if (options.capacitySeconds > 0) {
    say(`Looking for the capacity, ${options.capacitySeconds} s`);
    capacity = await findCapacity(bench, options);
    say(`${Math.round(capacity)} operations/s`);
  }
  const rate = options.rate ?? Math.floor((capacity ?? 0) * RATE_SHARE);
  say(`${rate} operations/s for ${options.seconds} s`);
  const result = await runLoad(bench, options, rate);
  const { cacheBytes } = bench;
  const report: LoadReport = { bench: "tao", options, cacheBytes, capacity, rate, result };
  console.log(loadText(report));
  await keep(options, report);
  return result.latency.failed > 0 ? 1 : 0;
}

async function keep({ json }: TaoOptions, report: unknown): Promise<void> {
  if (json !== null) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
}
