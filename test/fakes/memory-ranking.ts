import type { Failure } from "../../core/errors.ts";
import type { RankingPort } from "../../core/feed/ranked/port.ts";
import type { Act, ClientEvents } from "../../core/ranking/behaviour.ts";
import { HEAD_COUNT, HEADS } from "../../core/ranking/heads.ts";
import type { RankAnswer, RankRequest } from "../../core/ranking/service.ts";
import type { Slate } from "../../core/ranking/slate.ts";
import type { Tallies } from "../../core/ranking/tallies.ts";
import { DEFAULT_WEIGHING, type Weighing } from "../../core/ranking/weighing.ts";
import { err, ok, type Result } from "../../core/result.ts";

const away = (): Result<never, Failure> =>
  err({ code: "unavailable", dependency: "ranker", retryAfterMs: 1 });

/** A ranker whose probabilities a test chooses, and which remembers what it was told. */
export class MemoryRanking implements RankingPort {
  weighing: Weighing = DEFAULT_WEIGHING;
  tallies: Tallies = new Map();
  featuresAway = false;
  rankAway = false;
  /** Of a like, by post; the other actions never happen. */
  likeOf = (post: string): number => (Number(BigInt(post) % 97n) + 1) / 100;
  /** What is answered instead. */
  answer: ((request: RankRequest) => unknown) | null = null;
  readonly asked: RankRequest[] = [];
  readonly keys: (readonly string[])[] = [];
  readonly slates: Slate[] = [];
  readonly events: ClientEvents[] = [];
  readonly acts: Act[] = [];

  calls = () => 0;

  facts: RankingPort["facts"] = async (_region, _viewer, keys) => {
    this.keys.push(keys);
    return this.featuresAway ? away() : ok(this.tallies);
  };

  rank: RankingPort["rank"] = async (request) => {
    this.asked.push(request);
    if (this.rankAway) return away();
    // What crosses from another Worker may be anything.
    if (this.answer !== null) return ok(this.answer(request) as RankAnswer);
    const probabilities = new Float32Array(request.posts.length * HEAD_COUNT);
    for (const [row, post] of request.posts.entries())
      probabilities[row * HEAD_COUNT + HEADS.indexOf("like")] = this.likeOf(post);
    const scored = request.posts.length;
    return ok({ mode: "ranked", reason: "ok", model: "model-1", probabilities, scored });
  };

  keep: RankingPort["keep"] = async (_region, slate) => ok(void this.slates.push(slate));
  tell: RankingPort["tell"] = async (_region, events) => ok(void this.events.push(events));
  act: RankingPort["act"] = async (_region, act) => ok(void this.acts.push(act));
}
