import { writeFileSync } from "node:fs";
import os from "node:os";

import { digits, table } from "../report/table.ts";
import type { Drawn, Load } from "./generator.ts";
import { lightInWorker } from "./light.ts";
import { rankerOptions, type RankerOptions } from "./options.ts";
import { type PrecisionLine, precisions } from "./precisions.ts";
import { draw, type Pinning, pinning, startServer } from "./server.ts";

/** Callers that ask one after another. 32 keep any batch full. */
const AT_ONCE = [1, 8, 32];
const SHARES_OF_CAPACITY = [0.5, 1, 2];
/** Of a feed's pool, and of the largest. */
const LIGHT_ROWS = [200, 500];
/** The callers' timeout, and a wait that never runs out: admission control has nothing to refuse then. */
const BUDGET_MS = 50;
const NO_BUDGET_MS = 10_000;

interface Line {
  readonly name: string;
  readonly seconds: number;
  readonly drawn: Drawn;
}

/** @returns the exit code: 1 when any request failed, which no load excuses. */
export async function ranker(args: readonly string[]): Promise<number> {
  const options = rankerOptions(args);
  const pins = pinning();
  const loadBefore = os.loadavg()[0] ?? 0;
  console.log(
    pins === null
      ? "Server and generator share the cores: they could not be pinned."
      : `Server on cores ${pins.server}, generator on core ${pins.generator}.`,
  );
  const single = await closed(options, 1, pins);
  const batched = await closed(options, null, pins);
  const capacity = perSecond(batched.lines.at(-1));
  const open = await opened(options, capacity, pins);
  const atOnce1 = { kind: "closed", atOnce: 1 } as const;
  const variants = await precisions(
    options,
    (port) => loadOf(options, port, NO_BUDGET_MS, atOnce1),
    pins,
  );
  const light = await lightInWorker(LIGHT_ROWS);

  console.log(`\nModel ${JSON.stringify(batched.model)}`);
  console.log(`\nOne after another, ${options.rows} candidates each, nobody is refused`);
  console.log(closedTable([...single.lines, ...batched.lines]));
  console.log(
    `\nOpen loop, shares of ${digits(capacity, 1)} requests a second; in time is within ${BUDGET_MS} ms`,
  );
  console.log(openTable(open, capacity));
  console.log(
    `\nEach precision, one caller, ${options.rows} candidates; empty is a request that no model sees`,
  );
  console.log(precisionTable(variants));
  for (const { rows, ms } of light)
    console.log(`The light model in a Worker: ${digits(ms, 3)} ms for ${rows} candidates`);
  console.log(
    `Load of the machine over the last minute: ${digits(os.loadavg()[0] ?? 0, 1)}, before ${digits(loadBefore, 1)}`,
  );
  if (options.json !== null)
    writeFileSync(
      options.json,
      JSON.stringify(
        {
          options,
          machine: machine(),
          pins,
          model: batched.model,
          capacity,
          single,
          batched,
          open,
          variants,
          light,
        },
        null,
        2,
      ),
    );
  const all = [...single.lines, ...batched.lines, ...open];
  return all.some(({ drawn }) => drawn.failed > 0) ? 1 : 0;
}

/** @param batchRowsMax 1: requests are never merged; null: as the product does. */
async function closed(options: RankerOptions, batchRowsMax: number | null, pins: Pinning | null) {
  const server = await startServer(options, batchRowsMax, pins);
  const lines: Line[] = [];
  for (const atOnce of AT_ONCE) {
    const load = loadOf(options, server.port, NO_BUDGET_MS, { kind: "closed", atOnce });
    if (lines.length === 0) await draw({ ...load, seconds: 1 }, pins);
    const name = `${atOnce} at once, ${batchRowsMax === null ? "merged" : "one by one"}`;
    lines.push({ name, seconds: options.seconds, drawn: await draw(load, pins) });
  }
  await server.stop();
  return { model: server.model, lines };
}

/** Each on a fresh server: what one line leaves in the queue must not be the next one's. */
async function opened(
  options: RankerOptions,
  capacity: number,
  pins: Pinning | null,
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const budgetMs of [BUDGET_MS, NO_BUDGET_MS])
    for (const share of SHARES_OF_CAPACITY) {
      const server = await startServer(options, null, pins);
      const perSecondAsked = share * capacity;
      const shape = { kind: "open", perSecond: perSecondAsked } as const;
      const load = loadOf(options, server.port, budgetMs, shape);
      await draw({ ...load, seconds: 1, shape: { kind: "closed", atOnce: 4 } }, pins);
      const name = `${share} x, ${budgetMs === BUDGET_MS ? "admission" : "no admission"}`;
      lines.push({ name, seconds: options.seconds, drawn: await draw(load, pins) });
      await server.stop();
    }
  return lines;
}

const loadOf = (
  { rows, seconds }: RankerOptions,
  port: number,
  budgetMs: number,
  shape: Load["shape"],
): Load => ({ port, rows, seconds, budgetMs, shape });

const perSecond = (line: Line | undefined): number =>
  line === undefined ? 0 : line.drawn.answered / line.seconds;

const closedTable = (lines: readonly Line[]): string =>
  table(
    ["", "per second", "p50 ms", "p99 ms", "queue p50", "queue p99", "compute p50", "compute p99"],
    lines.map(({ name, seconds, drawn: { answered, latencyMs, queueMs, computeMs } }) => [
      name,
      digits(answered / seconds, 1),
      ...[latencyMs, queueMs, computeMs].flatMap(({ p50, p99 }) => [
        digits(p50, 1),
        digits(p99, 1),
      ]),
    ]),
  );

const openTable = (lines: readonly Line[], capacity: number): string =>
  table(
    ["", "sent", "in time", "refused", "late", "failed", "p50 ms", "p99 ms", "goodput / capacity"],
    lines.map(({ name, seconds, drawn }) => [
      name,
      String(drawn.sent),
      ...[drawn.inTime, drawn.shed, drawn.answered - drawn.inTime, drawn.failed].map(
        (count) => `${digits((100 * count) / drawn.sent, 1)} %`,
      ),
      digits(drawn.latencyMs.p50, 1),
      digits(drawn.latencyMs.p99, 1),
      `${digits((100 * drawn.inTime) / seconds / capacity, 0)} %`,
    ]),
  );

function precisionTable(lines: readonly PrecisionLine[]): string {
  const [empty] = lines;
  const fp32 = lines.find(({ precision }) => precision === "fp32");
  return table(
    ["", "file KB", "CPU ms", "of fp32", "p50 ms", "x empty", "compute p50", "compute p99"],
    lines.map(({ precision, fileBytes, cpuMs, drawn: { latencyMs, computeMs } }) => [
      precision,
      digits(fileBytes / 1_000, 0),
      digits(cpuMs, 2),
      digits(cpuMs / (fp32?.cpuMs ?? Number.NaN), 2),
      digits(latencyMs.p50, 1),
      digits(latencyMs.p50 / (empty?.drawn.latencyMs.p50 ?? Number.NaN), 1),
      digits(computeMs.p50, 1),
      digits(computeMs.p99, 1),
    ]),
  );
}

const machine = () => ({
  cpu: os.cpus()[0]?.model ?? "",
  cores: os.cpus().length,
  node: process.version,
  loadAverage: os.loadavg(),
});
