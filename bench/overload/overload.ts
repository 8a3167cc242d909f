import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { LIMITS } from "../../core/limits.ts";
import { benchCpuSeconds, busySeconds, cpuSeconds, withDescendants } from "../measure/processes.ts";
import type { Plan } from "./drive/plan.ts";
import { drive, ofLabel } from "./drive.ts";
import { type OverloadOptions, overloadOptions } from "./options.ts";
import { outage } from "./outage.ts";
import { type Loaded, type Reads, startLoaded } from "./product.ts";
import { goodput, type Measured, reportText, type Row } from "./report.ts";
import { sustainable } from "./search.ts";

const say = (text: string) => console.error(text);

/** Where the search begins, requests a second: well under what one core does. */
const FIRST_RATE = { cold: 40, warm: 300 } as const;
/** A round of the search. */
const SEARCH = { leadSeconds: 1, seconds: 3 } as const;
/** Of the sustainable rate with limits. */
const GOODPUT_MIN = 0.8;
/** Sockets of the generator: without limits, five times a cold read's rate wait until they give up. */
const UNDER_WAY_MAX = 8_000;
/** What the overload left behind is over. */
const REST_MS = 3_000;

/** @returns the exit code: 1 when goodput or latency was not kept, or an answer was wrong. */
export async function overload(args: readonly string[]): Promise<number> {
  const options = overloadOptions(args);
  if (options.outage) return outage(options, say);
  const folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-overload-"));
  try {
    const measured: Measured[] = [];
    for (const reads of ["cold", "warm"] as const)
      if (options.only === null || options.only === reads) {
        const one = await measure(reads, options, folder);
        measured.push(one);
        console.log(`${reportText(one, options)}\n`);
      }
    if (options.json !== null)
      await writeFile(options.json, `${JSON.stringify({ options, measured }, null, 2)}\n`);
    return measured.every((one) => isKept(one, options)) ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(reads: Reads, options: OverloadOptions, folder: string): Promise<Measured> {
  say(`${reads} reads: starting the product without limits, and with them`);
  const off = await startLoaded(reads, "off", options, folder, say);
  try {
    const on = await startLoaded(reads, "on", options, folder, say);
    try {
      return await compare(reads, { off, on }, options, folder);
    } finally {
      await on.product.stop();
    }
  } finally {
    await off.product.stop();
  }
}

async function compare(
  reads: Reads,
  { off, on }: { readonly off: Loaded; readonly on: Loaded },
  options: OverloadOptions,
  folder: string,
): Promise<Measured> {
  const planOf = ({ product, streams }: Loaded, rate: number): Plan => ({
    url: product.directUrl,
    rate,
    leadSeconds: options.leadSeconds,
    seconds: options.seconds,
    deadlineMs: options.deadlineMs,
    giveUpMs: LIMITS.requestBudgetMs,
    underWayMax: UNDER_WAY_MAX,
    seed: options.seed,
    streams: [...streams],
  });
  const first = FIRST_RATE[reads];
  // What was just started compiles first, and has nothing in memory.
  for (const one of [off, on]) await drive({ ...planOf(one, first), ...SEARCH }, folder);
  const found = await sustainable({ ...planOf(off, first), ...SEARCH }, options.p99Ms, folder, say);
  const times = reads === "cold" ? options.coldTimes : options.warmTimes;
  const round = async (name: string, one: Loaded, rate: number): Promise<Row> => {
    say(`${name}: ${rate.toFixed(0)}/s`);
    const before = reading(one);
    const driven = await drive(planOf(one, rate), folder);
    const after = reading(one);
    await delay(REST_MS);
    const seconds = (after.atMs - before.atMs) / 1_000;
    const cores = (after.server - before.server) / seconds;
    const ownCores = cores + (after.bench - before.bench) / seconds;
    const foreignCores = Math.max(0, (after.busy - before.busy) / seconds - ownCores);
    return { name, rate, driven, cores, foreignCores };
  };
  const { rate } = found;
  const limited = await round(`with limits, ${times} x`, on, rate * times);
  const rows = [
    await round("without limits, 1 x", off, rate),
    await round("with limits, 1 x", on, rate),
    limited,
    await round(`without limits, ${times} x`, off, rate * times),
  ];
  return { reads, sustainable: rate, times, rows, limited };
}

const reading = ({ product: { pids } }: Loaded) => ({
  server: cpuSeconds(pids.flatMap(withDescendants)),
  bench: benchCpuSeconds(),
  busy: busySeconds(),
  atMs: performance.now(),
});

function isKept({ limited, sustainable: rate }: Measured, options: OverloadOptions): boolean {
  const { p99Ms, wrong } = ofLabel(limited.driven, "interactive");
  const isFast = (p99Ms ?? Number.POSITIVE_INFINITY) <= options.p99Ms;
  return goodput(limited, options) >= GOODPUT_MIN * rate && isFast && wrong === 0;
}
