import type { Pool } from "../../core/ranking/balance/pools.ts";
import { CachedScores } from "../../core/ranking/cached-scores.ts";
import { DENSE_COUNT, ID_COUNT, SCHEMA } from "../../core/ranking/features.ts";
import { HEAD_COUNT, HEADS } from "../../core/ranking/heads.ts";
import { HeavyRanker, type HeavyAnswer, type HeavyPolicy } from "../../core/ranking/heavy.ts";
import { climb } from "../../core/ranking/ladder.ts";
import { type LightModel, parseLight } from "../../core/ranking/light-model.ts";
import { ProxyCounters } from "../../core/ranking/proxy-stats.ts";
import type { RankerQuestion, RankerReply } from "../../core/ranking/ranker-call.ts";
import type { RankAnswer, RankRequest } from "../../core/ranking/service.ts";
import { SPECIFIED } from "../../core/resilience/limits.ts";
import { SharedBreaker } from "../../core/resilience/shared-breaker.ts";
import { ManualTime } from "./manual-time.ts";

export const PROBABILITY = 0.625;

/** What a server does with a question: answers after a while, or never. */
export type Behaviour = (question: RankerQuestion) => {
  readonly afterMs: number | null;
  readonly reply?: RankerReply;
};

export const scoredBy = (
  { rows }: Pick<RankerQuestion, "rows">,
  model = "heavy-1",
  probability = PROBABILITY,
): RankerReply => ({
  kind: "scored",
  model,
  probabilities: new Float32Array(rows * HEAD_COUNT).fill(probability),
  load: 0,
});
export const well: Behaviour = (question) => ({ afterMs: 5, reply: scoredBy(question) });
export const hung: Behaviour = () => ({ afterMs: null });
export const replying =
  (reply: RankerReply, afterMs = 2): Behaviour =>
  () => ({ afterMs, reply });

/** The ladder over scripted servers, in a time that the test moves. */
export class RankingWorld {
  readonly time = new ManualTime(1_800_000_000_000);
  readonly behaviours = new Map<string, Behaviour>();
  readonly asked: RankerQuestion[] = [];
  readonly counters = new ProxyCounters();
  readonly cached = new CachedScores();
  readonly heavy: HeavyRanker;
  readonly #breakers = new Map<string, SharedBreaker>();
  light: LightModel | null = lightModel();
  cancelled = 0;
  ready: boolean | null = true;
  #work: Promise<unknown>[] = [];

  constructor(
    pools: readonly Pool[] = [poolOf("a", "http://one")],
    policy: Partial<HeavyPolicy> = {},
  ) {
    this.heavy = new HeavyRanker({
      pools,
      policy: { callMs: 50, hedgeAfterMs: 25, hedgeShare: 0, ...policy },
      ask: (question) => this.#ask(question),
      isReady: async () => this.ready,
      breakerFor: (_, server) => this.breaker(server),
      counters: this.counters,
      clock: this.time.clock,
      timer: this.time.timer,
      random: { next: () => 0 },
    });
  }

  breaker(server = "http://one"): SharedBreaker {
    const { clock, timer } = this.time;
    const ports = { policy: SPECIFIED, clock, timer, region: null, changed: () => {} };
    const breaker = this.#breakers.get(server) ?? new SharedBreaker(server, ports);
    this.#breakers.set(server, breaker);
    return breaker;
  }

  /** Lets time go by until it answers. */
  async score(rows = 3, budgetMs = 1_000): Promise<HeavyAnswer> {
    const { region, viewerId, schema, ...matrices } = requestOf(rows);
    const untilMs = this.time.clock.nowMs() + budgetMs;
    const question = { region, viewerId, schema, rows, matrices, untilMs };
    return this.#until(this.heavy.score(question, (work) => this.#work.push(work)));
  }

  async rank(rows: number, change: Partial<RankRequest> = {}): Promise<RankAnswer> {
    const deadlineMs = this.time.clock.nowMs() + 150;
    const request = { ...requestOf(rows), deadlineMs, ...change };
    const { cached, heavy, light } = this;
    const ports = { cached, heavy, light, clock: this.time.clock, callMs: 50 };
    return this.#until(climb(request, ports, (work) => this.#work.push(work)));
  }

  async rankAlone(rows: number, change: Partial<RankRequest> = {}): Promise<RankAnswer> {
    const { cached, light } = this;
    const ports = { cached, heavy: null, light, clock: this.time.clock, callMs: 50 };
    return climb({ ...requestOf(rows), deadlineMs: Infinity, ...change }, ports, () => {});
  }

  async #until<T>(answer: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const done = answer.finally(() => (state.isDone = true));
    await this.time.advance(0);
    for (let ms = 0; ms < 2_000 && !state.isDone; ms++) await this.time.advance(1);
    // What goes on after the answer may wait for time that the test has not let go by.
    await Promise.race([Promise.all(this.#work.splice(0)), this.time.advance(0)]);
    return done;
  }

  #ask(question: RankerQuestion) {
    this.asked.push(question);
    const { afterMs, reply } = (this.behaviours.get(question.server) ?? well)(question);
    const { promise, resolve } = Promise.withResolvers<RankerReply>();
    const callOff =
      afterMs === null
        ? () => {}
        : this.time.timer(afterMs, () => resolve(reply ?? scoredBy(question)));
    return {
      reply: promise,
      cancel: () => {
        callOff();
        this.cancelled++;
        // As an aborted fetch does.
        resolve({ kind: "error", detail: "aborted" });
      },
    };
  }
}

export const poolOf = (name: string, ...servers: readonly string[]): Pool => ({
  name,
  servers,
  weights: { "*": 1 },
  pick: "least",
});

/** Likes what is in the first column, a little. */
export function lightModel(version = "light-1", schema = SCHEMA): LightModel {
  const columns = Array.from({ length: DENSE_COUNT }, () => 0);
  const model = parseLight({
    kind: "light",
    version,
    schema,
    mean: columns,
    scale: columns.map(() => 1),
    clip: 1_000,
    weights: HEADS.map((head) => columns.with(0, head === "hide" ? 0 : 0.01)),
    bias: HEADS.map(() => 0),
  });
  if (!model.ok) throw new Error(model.error);
  return model.value;
}

/** `rows` candidates, of which the light model likes the last best. */
export function requestOf(rows: number): RankRequest {
  const dense = new Float32Array(rows * DENSE_COUNT);
  for (let row = 0; row < rows; row++) dense[row * DENSE_COUNT] = row + 1;
  return {
    region: "us-east",
    viewerId: "7",
    schema: SCHEMA,
    posts: Array.from({ length: rows }, (_, row) => String(100 + row)),
    createdAtMs: Array.from({ length: rows }, (_, row) => row),
    dense,
    ids: new Int32Array(rows * ID_COUNT),
    deadlineMs: 0,
  };
}
