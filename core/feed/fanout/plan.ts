import type { Failure } from "../../errors.ts";
import type { Id } from "../../ids.ts";
import { inParallel } from "../../in-parallel.ts";
import { LIMITS } from "../../limits.ts";
import { ok, type Result } from "../../result.ts";
import { AUDIENCES } from "../../tao/registry.ts";
import { inSpan, type SpanPorts } from "../../telemetry/span.ts";
import type { FeedCacheTopology } from "../cache/port.ts";
import { bytesOf, cutReaders } from "./chunks.ts";
import {
  decide,
  type FanoutCosts,
  type FanoutDecision,
  openReaders,
  type Readers,
} from "./decide.ts";
import type { GraphEvent } from "./events.ts";
import type { FanoutGraph, ReaderList, Spread } from "./graph.ts";
import type { FanoutRecord, FanoutStrategy } from "./service.ts";
import type { EventRow, FanoutHead, NewChunk } from "./table.ts";
import {
  type Change,
  decodeEvent,
  encodeWork,
  NO_WORK,
  type Revocation,
  type Work,
} from "./work.ts";

export interface PlanPorts {
  readonly graph: Pick<FanoutGraph, "spread" | "everyone">;
  readonly regions: number;
  readonly topology: FeedCacheTopology;
  readonly costs: FanoutCosts;
  /** A bench that compares them; null lets the costs decide. */
  readonly force: Exclude<FanoutStrategy, "skip"> | null;
  /** Of sampled posts; absent: told to nobody. */
  readonly spans?: SpanPorts;
}

/** What a batch of events becomes. Events that are not among `planned` could not be read for now. */
export interface Plan {
  readonly planned: readonly number[];
  readonly chunks: readonly NewChunk[];
  readonly records: readonly FanoutRecord[];
  readonly failure: Failure | null;
}

type ToSpread = Extract<GraphEvent, { kind: "posted" | "audience" }>;
/** Plans posts, each by itself. */
export async function planPosts(
  rows: readonly EventRow[],
  head: Pick<FanoutHead, "activeShare" | "entries">,
  ports: PlanPorts,
  nowMs: number,
): Promise<Plan> {
  const posts = rows.flatMap((row) => {
    const event = decodeEvent(row.text);
    return isToSpread(event) ? [{ row, event }] : [];
  });
  const spread = await inParallel(posts, LIMITS.fanoutReadsInFlight, async ({ row, event }) => ({
    row,
    plan: await tracedPlan(event, ports, (traced) => planPost(traced, head, ports, nowMs)),
  }));
  const done = spread.flatMap(({ row, plan }) => (plan.ok ? [{ row, ...plan.value }] : []));
  return {
    planned: done.map(({ row }) => row.number),
    chunks: done.flatMap(({ chunks }) => chunks),
    records: done.map(({ record }) => record),
    failure: spread.flatMap(({ plan }) => (plan.ok ? [] : [plan.error]))[0] ?? null,
  };
}

const ONLY_ME = AUDIENCES.indexOf("only_me");

/** A post for others than before is new to some of them, and revoked for the rest. */
export const isToSpread = (event: GraphEvent): event is ToSpread =>
  event.kind === "posted" || (event.kind === "audience" && event.audience !== ONLY_ME);

interface PostPlan {
  readonly chunks: readonly NewChunk[];
  readonly record: FanoutRecord;
}

/** What is planned goes on under the plan's own span. */
function tracedPlan(
  event: ToSpread,
  { spans }: PlanPorts,
  plan: (event: ToSpread) => Promise<Result<PostPlan, Failure>>,
): Promise<Result<PostPlan, Failure>> {
  if (event.trace === undefined || spans === undefined) return plan(event);
  const subject = { name: "fanout plan", region: null };
  return inSpan(
    spans,
    event.trace,
    subject,
    (trace) => plan({ ...event, trace }),
    (planned) => {
      if (!planned.ok) return { outcome: planned.error.code };
      const { post, strategy, chunks } = planned.value.record;
      return { outcome: strategy, detail: `post ${post}, ${chunks} chunks` };
    },
  );
}

async function planPost(
  event: ToSpread,
  head: Pick<FanoutHead, "activeShare" | "entries">,
  ports: PlanPorts,
  nowMs: number,
): Promise<Result<PostPlan, Failure>> {
  const { graph, topology, regions, costs, force } = ports;
  const { post, author, timeMs, fromMs } = event;
  const spread = await graph.spread(post, author, timeMs);
  if (!spread.ok) return spread;
  if (spread.value === null) {
    const gone = { strategy: "skip", readers: "none", reason: "gone by then", costMs: 0 } as const;
    return ok({ chunks: [], record: recordOf(event, gone, 0, 0, nowMs) });
  }

  const { followers, friends, audience } = spread.value;
  const situation = {
    followers,
    friends,
    audience,
    ...head,
    buckets: topology.buckets,
    regions,
    readersPerChunk: LIMITS.fanoutChunkReaders,
  };
  const decision = forced(decide(situation, costs), force, audience);
  const { strategy } = decision;
  const named = await readersOf(graph, author, decision.readers, spread.value.few);
  if (!named.ok) return named;

  const works =
    strategy === "announce"
      ? [announced(spread.value)]
      : pushed(spread.value, [author, ...named.value], topology);
  const chunks = works.map((work, index): NewChunk => ({
    kind: strategy === "announce" ? "announce" : "push",
    post,
    work: encodeWork({
      ...work,
      ...(index === 0 && onceOf(event)),
      ...(event.trace !== undefined && { trace: event.trace }),
    }),
    fromMs,
  }));
  return ok({ chunks, record: recordOf(event, decision, followers, chunks.length, nowMs) });
}

async function readersOf(
  graph: Pick<FanoutGraph, "everyone">,
  author: Id,
  readers: Readers,
  few: Spread["few"],
): Promise<Result<readonly Id[], Failure>> {
  if (readers === "none") return ok([]);
  const lists: readonly ReaderList[] = readers === "both" ? ["followers", "friends"] : [readers];
  const known = lists.map((list) => few[list]);
  if (!known.includes(undefined)) return ok([...new Set(known.flatMap((ids) => ids ?? []))]);
  return graph.everyone(author, lists);
}

/** Only what either strategy could do is forced. */
function forced(
  decision: FanoutDecision,
  force: PlanPorts["force"],
  audience: number,
): FanoutDecision {
  const open = openReaders(audience);
  const isChoice = decision.strategy === "announce" || decision.readers === open;
  if (force === null || !isChoice || decision.strategy === force) return decision;
  return {
    ...decision,
    strategy: force,
    readers: force === "push" ? open : "none",
    reason: `forced to ${force}; otherwise ${decision.reason}`,
  };
}

/** The author reads from an entry too, and may not be among those whom it follows. */
const announced = ({ pushed: one }: Spread): Work => ({
  ...NO_WORK,
  announces: [one],
  pushes: [{ pushed: one, viewers: [one.cell.author] }],
});

function pushed(
  { pushed: one }: Spread,
  readers: readonly Work["pushes"][number]["viewers"][number][],
  { bucketOf }: FeedCacheTopology,
): Work[] {
  const bare: Work = { ...NO_WORK, pushes: [{ pushed: one, viewers: [] }] };
  // Room for what goes with the first.
  const besideBytes = bytesOf(encodeWork(bare)) + 1_000;
  const bounds = { readersMax: LIMITS.fanoutChunkReaders, bytesMax: LIMITS.fanoutMessageBytesMax };
  return cutReaders(readers, bucketOf, besideBytes, bounds).map((viewers) => ({
    ...NO_WORK,
    pushes: [{ pushed: one, viewers }],
  }));
}

/** What goes with the first chunk alone. */
const onceOf = (event: ToSpread): Partial<Work> =>
  event.kind === "posted" ? { notes: [event] } : { revokes: [revocationOf(event)] };

const recordOf = (
  { post, author, fromMs }: ToSpread,
  { strategy, reason, costMs }: FanoutDecision,
  followers: number,
  chunks: number,
  nowMs: number,
): FanoutRecord => ({
  post,
  author,
  strategy,
  reason,
  followers,
  costMs,
  chunks,
  chunksDone: 0,
  named: 0,
  active: 0,
  calls: 0,
  postedMs: fromMs,
  plannedMs: nowMs,
  doneMs: chunks === 0 ? nowMs : null,
});

/** Everything that is no post to spread, together in one chunk. */
export function chunkBeside(rows: readonly EventRow[]): NewChunk {
  const works = rows.map(({ text }) => besideOf(decodeEvent(text)));
  return {
    kind: "beside",
    post: null,
    work: encodeWork({
      ...NO_WORK,
      revokes: works.flatMap(({ revokes }) => revokes ?? []),
      changes: works.flatMap(({ changes }) => changes ?? []),
      forgets: works.flatMap(({ forgets }) => forgets ?? []),
      notes: works.flatMap(({ notes }) => notes ?? []),
    }),
    fromMs: Math.min(...rows.map(({ fromMs }) => fromMs)),
  };
}

function besideOf(event: GraphEvent): Partial<Work> {
  switch (event.kind) {
    case "unposted":
    case "audience":
      return { revokes: [revocationOf(event)] };
    case "related":
      return { changes: [changeOf(event)] };
    case "settings":
      return { forgets: [{ at: event.at, viewer: event.viewer }] };
    case "acted":
      return { notes: [event] };
    case "posted":
    case "counted":
      return {};
  }
}

const revocationOf = (
  event: Extract<GraphEvent, { kind: "audience" | "unposted" }>,
): Revocation => ({
  at: event.at,
  post: event.post,
  audience: event.kind === "audience" ? event.audience : null,
});

const HIDES: ReadonlySet<string> = new Set(["blocks", "blockedBy", "mutes"]);

const changeOf = ({
  at,
  viewer,
  other,
  relation,
  on,
}: Extract<GraphEvent, { kind: "related" }>): Change => ({
  at,
  viewer,
  other,
  hide: HIDES.has(relation) === on,
});
