import { writeFile } from "node:fs/promises";

import { groupCommitText, runGroupCommit } from "./group-commit-run.ts";
import { type Capacity, findCapacity } from "./capacity-run.ts";
import { runLoad } from "./load-run.ts";
import { taoOptions, type TaoOptions } from "./options.ts";
import { type LoadReport, loadText } from "./report/text.ts";
import { isCalm, runStampede, stampedeText } from "./stampede-run.ts";
import { openWorkbench } from "./workbench.ts";

/** The open loop runs at no more than this share of what the closed loop reached. */
const RATE_SHARE = 0.5;

const say = (text: string) => console.error(text);

/** @returns the exit code: 1 when a request failed, or a stampede reached the store twice. */
export async function tao(args: readonly string[]): Promise<number> {
  const options = taoOptions(args);
  switch (options.show) {
    case "load":
      return loadShow(options);
    case "stampede":
      return stampedeShow(options);
    case "group-commit":
      return groupCommitShow(options);
  }
}

async function loadShow(options: TaoOptions): Promise<number> {
  const bench = await openWorkbench(options);
  let capacity: Capacity | null = null;
  if (options.capacitySeconds > 0) {
    say(`Looking for the capacity, ${options.capacitySeconds} s`);
    capacity = await findCapacity(bench, options);
    say(`${Math.round(capacity.cold.opsPerSecond)} operations/s`);
  }
  const rate = options.rate ?? Math.floor((capacity?.cold.opsPerSecond ?? 0) * RATE_SHARE);
  say(`${rate} operations/s for ${options.seconds} s`);
  const result = await runLoad(bench, options, rate);
  const { cacheBytes } = bench;
  const report: LoadReport = { bench: "tao", options, cacheBytes, capacity, rate, result };
  console.log(loadText(report));
  await keep(options, report);
  return result.latency.failed > 0 ? 1 : 0;
}

async function stampedeShow(options: TaoOptions): Promise<number> {
  const rounds = await runStampede(await openWorkbench(options), options);
  console.log(stampedeText(options, rounds));
  await keep(options, { bench: "tao", options, rounds });
  return isCalm(rounds) ? 0 : 1;
}

async function groupCommitShow(options: TaoOptions): Promise<number> {
  const lines = await runGroupCommit(options);
  console.log(groupCommitText(options, lines));
  await keep(options, { bench: "tao", options, lines });
  return lines.some(({ rounds }) => rounds.some(({ failed }) => failed > 0)) ? 1 : 0;
}

async function keep({ json }: TaoOptions, report: unknown): Promise<void> {
  if (json !== null) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
}
