import type { Clock } from "../clock.ts";
import { LIMITS } from "../limits.ts";
import type { Defer } from "../resilience/shared-breaker.ts";
import type { CachedScores } from "./cached-scores.ts";
import { chronological } from "./chronological.ts";
import { DENSE_COUNT, ID_COUNT, type Rows } from "./features.ts";
import { HEAD_COUNT } from "./heads.ts";
import type { HeavyAnswer, HeavyRanker } from "./heavy.ts";
import { type LightModel, scoreLight } from "./light-model.ts";
import type { RankAnswer, RankReason, RankRequest } from "./service.ts";
import { DEFAULT_WEIGHTS, valueOf, type Weights } from "./weights.ts";

export interface LadderPorts {
  /** Null: no ranker is configured. */
  readonly heavy:
    | (Pick<HeavyRanker, "score" | "estimateMs"> & {
        readonly outwaited: Pick<HeavyRanker["outwaited"], "take">;
      })
    | null;
  readonly cached: CachedScores;
  /** Null: none that can be used. */
  readonly light: LightModel | null;
  readonly clock: Clock;
  /** Specification: 50 ms. */
  readonly callMs: number;
}

/**
 * Walks down the fallback ladder until a rung holds; docs/ranking.md says how they join. Nothing in it
 * waits past the deadline, and the last rung needs nothing.
 */
export async function climb(
  request: RankRequest,
  ports: LadderPorts,
  defer: Defer,
): Promise<RankAnswer> {
  const rows = request.posts.length;
  if (rows === 0) return chronological("ok");
  if (!isWhole(request)) return chronological("error");
  if (ports.clock.nowMs() >= request.deadlineMs) return chronological("no_time");

  const { atMost = "ranked" } = request;
  if (atMost === "chronological") return chronological("degraded");
  const lightScores = lightOnce(request, ports);
  if (atMost !== "ranked") return fromHere(request, ports, "degraded", lightScores);
  const begunMs = ports.clock.nowMs();
  const heavy = await askHeavy(request, ports, lightScores, defer);
  const rankerMs = ports.clock.nowMs() - begunMs;
  const slowMs = ports.heavy?.outwaited.take(request.region) ?? [];
  const slow = slowMs.length > 0 ? { slowMs } : {};
  if (heavy.ok) return { ...fromHeavy(request, ports, heavy, lightScores), rankerMs, ...slow };
  return { ...fromHere(request, ports, heavy.reason, lightScores), ...slow };
}

/** All rows by the light model, worked out once and only if anybody asks; null when it cannot. */
type LightScores = () => Float32Array | null;

function lightOnce({ schema, dense, posts }: RankRequest, { light }: LadderPorts): LightScores {
  if (light === null || light.schema !== schema) return () => null;
  let scores: Float32Array | null = null;
  return () => (scores ??= scoreLight(light, dense, posts.length));
}

type Asked =
  | { readonly ok: false; readonly reason: RankReason }
  | (Extract<HeavyAnswer, { ok: true }> & {
      /** Rows that were asked for, in the answer's order; null: all. */
      readonly pool: readonly number[] | null;
      readonly reason: RankReason;
    });

/** The whole, if that fits; else the smaller pool, if that does; the smaller one too when the whole is refused. */
async function askHeavy(
  request: RankRequest,
  { heavy, clock, callMs }: LadderPorts,
  lightScores: LightScores,
  defer: Defer,
): Promise<Asked> {
  if (heavy === null) return { ok: false, reason: "no_ranker" };
  const rows = request.posts.length;
  const untilMs = request.deadlineMs - LIMITS.rankReserveMs;
  const leftMs = () => untilMs - clock.nowMs();
  const estimateMs = (count: number) => heavy.estimateMs(request.region, count);
  const ask = async (pool: readonly number[] | null, reason: RankReason): Promise<Asked> => {
    const { region, viewerId, schema, model, trace } = request;
    const matrices = pool === null ? request : rowsAt(request, pool);
    const count = pool?.length ?? rows;
    const version = model === undefined ? {} : { model };
    const when = request.isAfterwards === true ? { isAfterwards: true } : {};
    const traced = trace === undefined ? {} : { trace };
    const rest = { rows: count, matrices, untilMs, ...version, ...when, ...traced };
    const question = { region, viewerId, schema, ...rest };
    const answer = await heavy.score(question, defer);
    return answer.ok ? { ...answer, pool, reason } : answer;
  };
  const smaller = async (reason: RankReason): Promise<Asked> => {
    const fits = estimateMs(LIMITS.rankPoolRows) <= leftMs() && leftMs() >= LIMITS.rankCallMinMs;
    const light = fits ? lightScores() : null;
    const { weights = DEFAULT_WEIGHTS } = request;
    return light === null ? { ok: false, reason } : ask(best(light, weights, rows), reason);
  };

  if (leftMs() < LIMITS.rankCallMinMs) return { ok: false, reason: "no_time" };
  const canShrink = rows > LIMITS.rankPoolRows;
  // Where there is nothing to leave out it is tried, whatever was expected: estimates may be wrong.
  if (canShrink && estimateMs(rows) > Math.min(callMs, leftMs())) return smaller("no_time");
  const answer = await ask(null, "ok");
  // A refusal comes fast, and means too much work: less of it may do, if it is much less.
  const canHalve = rows >= 2 * LIMITS.rankPoolRows;
  return !answer.ok && answer.reason === "shed" && canHalve ? smaller("shed") : answer;
}

function fromHeavy(
  { viewerId, posts }: RankRequest,
  { cached, clock }: LadderPorts,
  { model, pool, probabilities, reason }: Extract<Asked, { ok: true }>,
  lightScores: LightScores,
): RankAnswer {
  const nowMs = clock.nowMs();
  const scored = pool?.length ?? posts.length;
  if (pool === null) {
    cached.keep(viewerId, model, posts, probabilities, nowMs);
    return { mode: "ranked", reason, model, probabilities, scored };
  }
  const chosen = pool.map((row) => posts[row] ?? "");
  cached.keep(viewerId, model, chosen, probabilities, nowMs);
  const all = lightScores()?.slice() ?? new Float32Array(posts.length * HEAD_COUNT);
  for (const [place, row] of pool.entries()) all.set(rowOf(probabilities, place), row * HEAD_COUNT);
  return { mode: "smaller-pool", reason, model, probabilities: all, scored };
}

/** The rungs that need nobody: scores from before where most rows have them, the light model, none. */
function fromHere(
  { viewerId, posts }: RankRequest,
  { cached, clock, light }: LadderPorts,
  reason: RankReason,
  lightScores: LightScores,
): RankAnswer {
  const found = cached.find(viewerId, posts, clock.nowMs());
  const scored = found?.rows.size ?? 0;
  if (found !== null && scored >= LIMITS.cachedShareMin * posts.length) {
    const rest =
      scored === posts.length ? new Float32Array(scored * HEAD_COUNT) : lightScores()?.slice();
    if (rest !== undefined) {
      for (const [row, scores] of found.rows) rest.set(scores, row * HEAD_COUNT);
      return { mode: "cached-scores", reason, model: found.model, probabilities: rest, scored };
    }
  }
  const probabilities = lightScores();
  if (light === null || probabilities === null)
    return chronological(reason === "no_ranker" ? "no_model" : reason);
  return {
    mode: "light-model",
    reason,
    model: light.version,
    probabilities,
    scored: posts.length,
  };
}

function isWhole({ posts, createdAtMs, dense, ids }: RankRequest): boolean {
  const rows = posts.length;
  return (
    rows <= LIMITS.rankRowsMax &&
    createdAtMs.length === rows &&
    dense.length === rows * DENSE_COUNT &&
    ids.length === rows * ID_COUNT
  );
}

const rowOf = (probabilities: Float32Array, row: number): Float32Array =>
  probabilities.subarray(row * HEAD_COUNT, (row + 1) * HEAD_COUNT);

/** The rows that the light model values most. */
function best(scores: Float32Array, weights: Weights, rows: number): readonly number[] {
  const valued = Array.from({ length: rows }, (_, row) => ({
    row,
    value: valueOf(scores, weights, row).value,
  }));
  return valued
    .toSorted((a, b) => b.value - a.value)
    .slice(0, LIMITS.rankPoolRows)
    .map(({ row }) => row);
}

function rowsAt({ dense, ids }: Rows, rows: readonly number[]): Rows {
  const some = {
    dense: new Float32Array(rows.length * DENSE_COUNT),
    ids: new Int32Array(rows.length * ID_COUNT),
  };
  for (const [place, row] of rows.entries()) {
    some.dense.set(dense.subarray(row * DENSE_COUNT, (row + 1) * DENSE_COUNT), place * DENSE_COUNT);
    some.ids.set(ids.subarray(row * ID_COUNT, (row + 1) * ID_COUNT), place * ID_COUNT);
  }
  return some;
}
