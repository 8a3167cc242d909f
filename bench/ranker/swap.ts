import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { digits, table } from "../report/table.ts";
import type { Drawn } from "./generator.ts";
import { draw, pinning, startServer } from "./server.ts";
import { type SwapOptions, swapOptions } from "./swap-options.ts";

const VERSIONS = ["one", "two"] as const;
const CANARY_PERCENT = 10;
const SWAP_EVERY_MS = 1_000;
/** Nothing is refused for being late: whatever is not answered has failed. */
const BUDGET_MS = 10_000;

type Admin = (action: string, body: unknown) => Promise<void>;
interface Line {
  readonly name: string;
  readonly swaps: number;
  readonly drawn: Drawn;
}

/** @returns the exit code: 1 when any request was not answered, or the canary's share is another. */
export async function rankerSwap(args: readonly string[]): Promise<number> {
  const options = swapOptions(args);
  const loadBefore = os.loadavg()[0] ?? 0;
  const models = await twoVersions(options.models);
  try {
    const lines = await measure(options, models);
    const share = canaryShare(lines);
    const lost = lines.reduce((sum, { drawn }) => sum + drawn.sent - drawn.answered, 0);
    const isMet = lost === 0 && Math.abs(share - CANARY_PERCENT / 100) < 0.03;
    console.log(`\n${options.ratePerSecond} requests a second, ${options.rows} candidates each`);
    console.log(linesTable(lines));
    console.log(
      `\nCanary's share of answers: ${digits(100 * share, 1)} % (asked: ${CANARY_PERCENT} %)`,
    );
    console.log(
      `Load of the machine over a minute: ${digits(loadBefore, 1)} before, ${digits(os.loadavg()[0] ?? 0, 1)} after`,
    );
    console.log(
      `Every request answered, and the canary's share right: ${isMet ? "met" : "missed"}.`,
    );
    if (options.json !== null)
      writeFileSync(options.json, JSON.stringify({ options, lines, share, isMet }, null, 2));
    return isMet ? 0 : 1;
  } finally {
    await rm(models, { recursive: true, force: true });
  }
}

async function measure(options: SwapOptions, models: string): Promise<readonly Line[]> {
  const token = randomBytes(16).toString("hex");
  const pins = pinning();
  const serverOptions = { models, provider: "cpu", threads: 1 } as const;
  const server = await startServer(serverOptions, null, pins, { RANKER_ADMIN_TOKEN: token });
  const admin: Admin = async (action, body) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/admin/${action}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${action}: ${answer.status} ${await answer.text()}`);
    await answer.body?.cancel();
  };
  const { port } = server;
  const { rows, seconds, ratePerSecond } = options;
  const shape = { kind: "open", perSecond: ratePerSecond } as const;
  const drawn = (of: number = seconds) =>
    draw({ port, rows, seconds: of, budgetMs: BUDGET_MS, shape }, pins);
  const lines: Line[] = [];
  const steady = async (name: string) => lines.push({ name, swaps: 0, drawn: await drawn() });
  await drawn(2);
  await steady("steady");

  const stop = new AbortController();
  const swapping = swapUntil(stop.signal, admin);
  const under = await drawn();
  stop.abort();
  lines.push({ name: "swapped every second", swaps: await swapping, drawn: under });

  await admin("promote", { version: VERSIONS[0] });
  await admin("load", { version: VERSIONS[1] });
  await admin("canary", { version: VERSIONS[1], percent: CANARY_PERCENT });
  await steady(CANARY);
  await admin("canary", { version: VERSIONS[1], percent: 0 });
  for (const shadow of [null, VERSIONS[1], null, VERSIONS[1]]) {
    await admin("shadow", { version: shadow });
    await steady(shadow === null ? "A: no shadow" : "B: a shadow");
  }
  await server.stop();
  return lines;
}

const CANARY = "canary, 10 %";

async function swapUntil(stop: AbortSignal, admin: Admin): Promise<number> {
  let swaps = 0;
  while (!stop.aborted) {
    await sleep(SWAP_EVERY_MS);
    await admin("promote", { version: VERSIONS[(swaps + 1) % 2] });
    swaps++;
  }
  return swaps;
}

/** The same model under two names. @returns a folder for the server, to be removed. */
async function twoVersions(models: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "edgewise-swap-"));
  const current = (await readFile(path.join(models, "current"), "utf8")).trim();
  for (const version of VERSIONS) {
    const to = path.join(folder, version);
    await cp(path.join(models, current), to, { recursive: true });
    const file = path.join(to, "manifest.json");
    const manifest = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...manifest, version }));
  }
  await writeFile(path.join(folder, "current"), VERSIONS[0]);
  return folder;
}

function canaryShare(lines: readonly Line[]): number {
  const drawn = lines.find(({ name }) => name === CANARY)?.drawn;
  return (drawn?.models[VERSIONS[1]] ?? 0) / (drawn?.answered ?? Number.NaN);
}

const linesTable = (lines: readonly Line[]): string =>
  table(
    [
      "",
      "sent",
      "answered",
      "refused",
      "swaps",
      "p50 ms",
      "p99 ms",
      "queue p50",
      "queue p99",
      "compute p50",
      "compute p99",
    ],
    lines.map(({ name, swaps, drawn: { sent, answered, shed, latencyMs, queueMs, computeMs } }) => [
      name,
      String(sent),
      String(answered),
      String(shed),
      String(swaps),
      ...[latencyMs, queueMs, computeMs].flatMap(({ p50, p99 }) => [
        digits(p50, 2),
        digits(p99, 1),
      ]),
    ]),
  );
