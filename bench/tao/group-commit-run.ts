import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { median } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";
import type { WritesReport } from "./drive/protocol.ts";
import type { TaoOptions } from "./options.ts";
import type { TaoRuntime } from "./runtime.ts";
import { openRuntime } from "./workbench.ts";

const ROUNDS = 5;
const ROUND_MS = 4_000;
/** As many as one group may join. */
const WRITERS = 64;
const SHARD = 0;

export interface GroupCommitLine {
  readonly name: string;
  readonly rounds: readonly WritesReport[];
}

/** One shard under 64 writers, with and without groups, in turn: A B A B … after a warm-up of each. */
export async function runGroupCommit(options: TaoOptions): Promise<readonly GroupCommitLine[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-bench-"));
  const open = (name: string, groupRequests: string) =>
    openRuntime(path.join(folder, name), options, { GROUP_REQUESTS: groupRequests });
  const grouped = await open("grouped", "64");
  try {
    const single = await open("single", "1");
    try {
      return await measure([
        { name: "groups of up to 64", runtime: grouped },
        { name: "one at a time", runtime: single },
      ]);
    } finally {
      await single.stop();
    }
  } finally {
    await grouped.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  targets: readonly { readonly name: string; readonly runtime: TaoRuntime }[],
): Promise<readonly GroupCommitLine[]> {
  const lines = targets.map(({ name, runtime }) => ({
    name,
    runtime,
    rounds: [] as WritesReport[],
  }));
  for (const { runtime } of lines) await runtime.driver.writes(SHARD, WRITERS, ROUND_MS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const { runtime, rounds } of lines) {
      rounds.push(await runtime.driver.writes(SHARD, WRITERS, ROUND_MS));
    }
  }
  return lines.map(({ name, rounds }) => ({ name, rounds }));
}

export const writesPerSecond = ({ acknowledged, elapsedMs }: WritesReport): number =>
  (acknowledged * 1_000) / elapsedMs;

export function groupCommitText(options: TaoOptions, lines: readonly GroupCommitLine[]): string {
  const rates = lines.map(({ rounds }) => rounds.map(writesPerSecond));
  const [grouped = Number.NaN, single = Number.NaN] = rates.map(median);
  return [
    "",
    `One shard, ${options.profile} store, ${WRITERS} writers of one new object each, ${ROUNDS} rounds of ${ROUND_MS / 1_000} s in turn.`,
    "",
    table(
      ["acknowledged writes a second", "min", "median", "max", "failed"],
      lines.map(({ name, rounds }, n) => [
        name,
        ...spread(rates[n] ?? []).map((rate) => digits(rate, 0)),
        String(rounds.reduce((sum, { failed }) => sum + failed, 0)),
      ]),
    ),
    "",
    `Grouped = ${digits(grouped / single, 2)} x one at a time.`,
    "",
  ].join("\n");
}

const spread = (values: readonly number[]): readonly number[] => [
  Math.min(...values),
  median(values),
  Math.max(...values),
];
