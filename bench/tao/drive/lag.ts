import { idRange, logicalShard } from "../../../core/ids.ts";
import { compareVersions, type Version } from "../../../core/tao/version.ts";
import { writeOf } from "../workload/op.ts";
import type { DriverGraph } from "./graph.ts";
import type { LagReport, LagSample } from "./protocol.ts";

/** Between two looks at a follower: the resolution of a lag, beside the clock's one millisecond. */
const POLL_MS = 3;
/** After this a write counts as not visible. */
const WAIT_MS = 10_000;
/** How often the runtime's own timers are checked. */
const STALL_EVERY_MS = 20;

/**
 * Writes an object of its own every `everyMs`, on one shard after another, and watches
 * every follower of that shard until it has applied the write. A look at a follower's
 * counters is no read, so the hit rates stay the workload's own.
 */
export async function probeLag(
  graph: DriverGraph,
  everyMs: number,
  untilMs: number,
): Promise<LagReport> {
  const { nowMs, sleep } = graph.ports;
  const report = { samples: [] as LagSample[], skipped: 0, latenessMs: [] as number[] };
  const watching: Promise<void>[] = [watchStalls(graph, untilMs, report.latenessMs)];
  const ids = await Promise.all(graph.map.entries.map((entry) => addProbe(graph, entry.from)));
  for (let n = 0; nowMs() < untilMs; n++) {
    const id = ids[n % ids.length];
    if (id !== null && id !== undefined) watching.push(oneWrite(graph, n % ids.length, id, report));
    await sleep(everyMs);
  }
  await Promise.all(watching);
  return report;
}

async function addProbe(graph: DriverGraph, from: number) {
  const home = logicalShard(from);
  const add = writeOf({ ...PROBE, id1: idRange(home).from }, graph.ports.nowMs());
  const answer = await graph.ports.tao(0).write(home, add === null ? [] : [add], null);
  return answer.ok ? (answer.value.results[0]?.id ?? null) : null;
}

const PROBE = {
  op: "objAdd",
  id2: idRange(logicalShard(0)).from,
  atype: 0,
  limit: 0,
  bytes: 100,
} as const;

async function oneWrite(
  graph: DriverGraph,
  shard: number,
  id: NonNullable<Awaited<ReturnType<typeof addProbe>>>,
  report: { readonly samples: LagSample[]; skipped: number },
): Promise<void> {
  const update = writeOf({ ...PROBE, op: "objUpdate", id1: id }, graph.ports.nowMs());
  if (update === null) return;
  const entry = graph.map.entries[shard];
  const home = logicalShard(entry?.from ?? 0);
  const answer = await graph.ports.tao(0).write(home, [update], null);
  if (!answer.ok) return;
  const { at, timeMs } = answer.value;
  await Promise.all(
    graph.followers
      .filter((follower) => follower.shard === shard)
      .map(async ({ region, replica }) => {
        const seenMs = await whenApplied(graph, shard, region, replica, at);
        if (seenMs === "idle") report.skipped++;
        else report.samples.push({ region, lagMs: seenMs === null ? null : seenMs - timeMs });
      }),
  );
}

/** @returns Unix ms when it was seen to have applied `at`; "idle": it holds nothing. */
async function whenApplied(
  graph: DriverGraph,
  shard: number,
  region: string,
  replica: number,
  at: Version,
): Promise<number | "idle" | null> {
  const { nowMs, sleep } = graph.ports;
  const endMs = nowMs() + WAIT_MS;
  while (nowMs() < endMs) {
    const { applied } = await graph.followerStats(shard, region, replica);
    if (applied === null) return "idle";
    if (compareVersions(applied, at) >= 0) return nowMs();
    await sleep(POLL_MS);
  }
  return null;
}

async function watchStalls(
  { ports: { nowMs, sleep } }: DriverGraph,
  untilMs: number,
  latenessMs: number[],
): Promise<void> {
  while (nowMs() < untilMs) {
    const dueMs = nowMs() + STALL_EVERY_MS;
    await sleep(STALL_EVERY_MS);
    latenessMs.push(Math.max(0, nowMs() - dueMs));
  }
}
