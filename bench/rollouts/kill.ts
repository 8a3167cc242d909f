import { setTimeout as delay } from "node:timers/promises";

import { bucketOf, isInside } from "../../core/rollout/bucketing.ts";
import type { RolloutProduct } from "./product.ts";

const FLAG = "feed.page-max";
const SHARE = 9_000;
const LIMIT = 10;
/** What the treatment makes of it. */
const TREATED = 5;
const ASK_EVERY_MS = 20;
const GIVE_UP_MS = 20_000;
/** Longer than what an isolate knows may be old: its next request ends a silence. */
const SILENCE_MS = 3_000;

export interface Kill {
  readonly isolate: number;
  /** Whether the isolate was asked all the time, or for the first time after a silence. */
  readonly kind: "busy" | "silent";
  /** From the kill's request to the last page that still had the treatment; 0: there was none. */
  readonly lastMs: number;
  /** From the kill's request to its answer. */
  readonly answerMs: number;
}

/**
 * Kills a rollout of smaller pages that nine of ten have, and asks every isolate until its pages are whole
 * again: half of the times isolates that are busy, half of the times after a silence.
 */
export async function timeKills(product: RolloutProduct, kills: number): Promise<Kill[]> {
  const measured: Kill[] = [];
  const user = product.users.find((id) => isInside(bucketOf(FLAG, id), SHARE));
  if (user === undefined) throw new Error("nobody is inside");
  for (let n = 0; n < kills; n++) {
    const id = `kill-${n}`;
    await begin(product, id);
    const isolates = Array.from({ length: product.isolates }, (_, isolate) => isolate);
    await Promise.all(isolates.map((isolate) => until(product, user, isolate, TREATED)));
    const kind = n % 2 === 0 ? "busy" : "silent";
    if (kind === "silent") await delay(SILENCE_MS);
    measured.push(...(await killOnce(product, { id, user, kind, isolates })));
  }
  return measured;
}

async function begin({ operator }: RolloutProduct, id: string): Promise<void> {
  const plan = { stages: [{ share: SHARE }, { share: 10_000 }], bakeMs: 3_600_000 };
  const reason = "the bench";
  const { revision } = await operator.createRollout({
    id,
    flag: FLAG,
    treatment: TREATED,
    plan,
    reason,
  });
  await operator.actOnRollout(id, { action: "start", revision, reason });
}

async function killOnce(
  product: RolloutProduct,
  {
    id,
    user,
    kind,
    isolates,
  }: Pick<Kill, "kind"> & {
    readonly id: string;
    readonly user: string;
    readonly isolates: readonly number[];
  },
): Promise<Kill[]> {
  let [killedMs, answerMs] = [Number.POSITIVE_INFINITY, Number.NaN];
  const last = isolates.map(() => 0);
  const over = new AbortController();
  const ask = async (isolate: number) => {
    while (!over.signal.aborted) {
      const page = await product.page(user, isolate, LIMIT);
      // Counted by when it arrived: the reader had it then.
      if (page.items.length === TREATED && killedMs < Date.now())
        last[isolate] = Date.now() - killedMs;
      await delay(ASK_EVERY_MS);
    }
  };
  const kill = async () => {
    killedMs = Date.now();
    await product.operator.actOnRollout(id, {
      action: "kill",
      revision: null,
      reason: "the bench",
    });
    answerMs = Date.now() - killedMs;
  };
  if (kind === "silent") await kill();
  const asking = isolates.map(ask);
  if (kind === "busy") {
    await delay(1_000 + Math.random() * 1_000);
    await kill();
  }
  await Promise.all(isolates.map((isolate) => until(product, user, isolate, LIMIT)));
  // Long enough for every isolate to have asked again, so that a page of before would show.
  await delay(2_500);
  over.abort();
  await Promise.all(asking);
  return isolates.map((isolate) => ({ isolate, kind, lastMs: last[isolate] ?? 0, answerMs }));
}

/** @throws Error when the isolate's pages do not become so long in time. */
async function until(
  product: RolloutProduct,
  user: string,
  isolate: number,
  posts: number,
): Promise<void> {
  const startedMs = Date.now();
  while (Date.now() - startedMs < GIVE_UP_MS) {
    const page = await product.page(user, isolate, LIMIT);
    if (page.items.length === posts) return;
    await delay(ASK_EVERY_MS);
  }
  throw new Error(`isolate ${isolate} does not give pages of ${posts} posts`);
}
