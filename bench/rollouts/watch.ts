import { setTimeout as delay } from "node:timers/promises";

import { bucketOf, isInside } from "../../core/rollout/bucketing.ts";
import type { RolloutView, RolloutWish } from "../../core/rollout/rollout.ts";
import type { Crowd } from "./crowd.ts";
import type { RolloutProduct } from "./product.ts";

export interface Watched {
  readonly id: string;
  /** running, done, rolled_back, ... */
  readonly end: string;
  readonly guard: string | null;
  readonly verdict: RolloutView["verdicts"][number] | null;
  readonly tookMs: number;
  /** Stages that it began, and the share of the last one. */
  readonly stages: readonly number[];
  /** Of all people, who read while the treatment was theirs. */
  readonly sawIt: number;
  readonly pages: number;
  readonly failed: number;
}

const POLL_MS = 500;
const HALF = 5_000;
const ENDED = ["rolled_back", "done", "aborted", "killed"];

/** Starts a rollout and looks on until it ends, or until it takes too long and is aborted. */
export async function watchRollout(
  product: RolloutProduct,
  crowd: Crowd,
  wish: RolloutWish,
  limitMs: number,
  say: (text: string) => void,
): Promise<Watched> {
  const { operator, users } = product;
  const exposed = new Set<string>();
  let share = 0;
  const isTreated = (user: string) => isInside(bucketOf(wish.flag, user), share);
  crowd.onRead = (user) => {
    if (isTreated(user)) exposed.add(user);
  };
  const before = { ...crowd.counts };
  let view = await operator.createRollout(wish);
  const act = (action: "start" | "abort") =>
    operator.actOnRollout(wish.id, { action, revision: view.revision, reason: "the bench" });
  view = await act("start");
  const startedMs = Date.now();
  const stages: number[] = [];
  let shown = "";
  while (!ENDED.includes(view.phase.at)) {
    if (stages.at(-1) !== view.share) {
      stages.push(view.share);
      share = view.share;
      // Both arms are to have about as many pages: from a half on they do.
      crowd.often = share < HALF ? users.filter(isTreated) : [];
    }
    const seen = view.seen?.treatment;
    const line = `${wish.id}: ${view.phase.at} at ${view.share / 100} %, ${seen?.viewers ?? 0} viewers, ${seen?.pages ?? 0} pages`;
    if (line !== shown) say(line);
    shown = line;
    if (Date.now() - startedMs > limitMs) {
      say(JSON.stringify(view.verdicts));
      view = await act("abort").catch(() => view);
    } else {
      await delay(POLL_MS);
      view = await operator.rollout(wish.id);
    }
  }
  if (view.phase.at === "done") {
    stages.push(view.share);
    share = view.share;
  }
  const tookMs = Date.now() - startedMs;
  // Isolates may give the treatment for two more seconds: who reads then has seen it, too.
  await delay(2_000);
  crowd.onRead = () => {};
  crowd.often = [];
  const [verdict = null] = view.phase.at === "rolled_back" ? view.verdicts : [];
  return {
    id: wish.id,
    end: view.phase.at,
    guard: verdict?.guard ?? null,
    verdict,
    tookMs,
    stages,
    sawIt: exposed.size / users.length,
    pages: crowd.counts.pages - before.pages,
    failed: crowd.counts.failed - before.failed,
  };
}
