import type { Random, Sleep } from "../../core/clock.ts";
import type { FollowerPin } from "../../core/tao/pinned-read.ts";
import type { ProbeGraph } from "./graph.ts";
import {
  nameOf,
  type Probe,
  ProbePool,
  readsOf,
  type Sample,
  shows,
  stepOf,
  writeOf,
} from "./samples.ts";
import { type Horizon, HorizonTally, judge } from "./tally.ts";

export interface ProberDeps {
  readonly graph: ProbeGraph;
  /** May end early once the plan is stopped. */
  readonly sleep: Sleep;
  readonly random: Random;
  readonly nowMs: () => number;
}

export interface ProberPlan {
  readonly probes: readonly Probe[];
  readonly pins: readonly FollowerPin[];
  readonly horizons: readonly Horizon[];
  readonly perSecond: number;
  /** How long writes go on; the last horizon is waited for afterwards. */
  readonly forMs: number;
  /** Prefix of the opIds: unique per run. */
  readonly run: string;
  /** Aborted: no more writes, and the horizons that lie ahead are left out. */
  readonly stop: AbortSignal;
}

export interface ProberResult {
  readonly writes: Record<"acknowledged" | "unknown" | "refused" | "skipped", number>;
  readonly horizons: readonly HorizonTally[];
  /** One follower per write, polled: ms from the acknowledgement to the end of the read that showed it. */
  readonly visibleMs: number[];
  /** Still not visible to its poll when that gave up. */
  neverSeen: number;
  /** Acknowledged writes that the leader itself does not show at the last horizon. */
  readonly lost: string[];
}

/** The same opId again: harmless, and mostly answered. */
const WRITE_TRIES = 3;
export const POLL_MS = 20;
const POLL_FOR_MS = 5_000;

/** Writes on every shard in turn, and asks every follower about each write at every horizon. */
export async function probeProduct(plan: ProberPlan, deps: ProberDeps): Promise<ProberResult> {
  const result: ProberResult = {
    writes: { acknowledged: 0, unknown: 0, refused: 0, skipped: 0 },
    horizons: plan.horizons.map((horizon) => new HorizonTally(horizon)),
    visibleMs: [],
    neverSeen: 0,
    lost: [],
  };
  await warm(plan, deps);
  const pool = new ProbePool(plan.probes);
  const startMs = deps.nowMs();
  const followed: Promise<void>[] = [];
  for (let n = 0; !plan.stop.aborted; n++) {
    const dueMs = startMs + (n * 1_000) / plan.perSecond;
    if (dueMs >= startMs + plan.forMs) break;
    await deps.sleep(Math.max(0, dueMs - deps.nowMs()));
    if (plan.stop.aborted) break;
    const taken = pool.take();
    if (taken === null) {
      result.writes.skipped++;
      continue;
    }
    const sampled = writeAndFollow(taken, `${plan.run}:${n}`, plan, deps, result);
    followed.push(sampled.finally(taken.rest));
  }
  await Promise.all(followed);
  return result;
}

/** A write to what no follower holds would be seen at once, and prove nothing. */
async function warm({ pins, probes }: ProberPlan, { graph }: ProberDeps): Promise<void> {
  for (const probe of probes) {
    await Promise.all(pins.map((pin) => graph.readAt(pin, readsOf(probe))));
  }
}

async function writeAndFollow(
  { probe, turn }: { readonly probe: Probe; readonly turn: number },
  opId: string,
  plan: ProberPlan,
  deps: ProberDeps,
  result: ProberResult,
): Promise<void> {
  const step = stepOf(turn);
  const writes = [writeOf(probe, step, deps.nowMs(), opId)];
  let written = await deps.graph.write({ shard: probe.home, opId, writes });
  for (let tries = 1; !written.ok && written.is === "unknown" && tries < WRITE_TRIES; tries++) {
    await deps.sleep(200 * tries);
    written = await deps.graph.write({ shard: probe.home, opId, writes });
  }
  if (!written.ok) {
    result.writes[written.is]++;
    return;
  }
  result.writes.acknowledged++;
  const sample: Sample = { probe, step, version: written.version };
  const ackMs = deps.nowMs();
  await Promise.all([
    poll(sample, ackMs, plan, deps, result),
    askAtHorizons(sample, ackMs, plan, deps, result),
  ]);
}

async function poll(
  sample: Sample,
  ackMs: number,
  { pins, stop }: ProberPlan,
  { graph, sleep, nowMs, random }: ProberDeps,
  result: ProberResult,
): Promise<void> {
  const pin = pins[Math.floor(random.next() * pins.length)];
  if (pin === undefined) return;
  while (nowMs() - ackMs < POLL_FOR_MS) {
    const answer = await graph.readAt(pin, readsOf(sample.probe));
    if (answer !== null && shows(sample, answer)) {
      result.visibleMs.push(nowMs() - ackMs);
      return;
    }
    await sleep(POLL_MS);
    if (stop.aborted) return;
  }
  result.neverSeen++;
}

async function askAtHorizons(
  sample: Sample,
  ackMs: number,
  { pins, stop }: ProberPlan,
  { graph, sleep, nowMs }: ProberDeps,
  result: ProberResult,
): Promise<void> {
  const reads = readsOf(sample.probe);
  for (const tally of result.horizons) {
    const { horizon } = tally;
    await sleep(Math.max(0, ackMs + horizon.afterMs - nowMs()));
    if (stop.aborted) return;
    const askedMs = nowMs() - ackMs;
    await Promise.all(
      pins.map(async (pin) => {
        const answer = await graph.readAt(pin, reads);
        const said =
          answer === null
            ? null
            : { isVisible: shows(sample, answer), isMarked: answer.staleMs !== null };
        const name = () => `${pin.region}:${pin.replica} after ${askedMs} ms: ${nameOf(sample)}`;
        tally.count(judge(said, askedMs, horizon), name);
      }),
    );
  }
  const truth = await graph.readAt("leader", reads);
  if (truth !== null && !shows(sample, truth)) result.lost.push(nameOf(sample));
}
