import type { TraceContext } from "../telemetry/trace.ts";
import type { Timer } from "../clock.ts";
import type { Region } from "../regions/regions.ts";
import type { Outcome } from "../resilience/breaker.ts";
import type { ServerNews } from "./balance/server-health.ts";
import type { BinaryBody } from "./oip-body.ts";
import type { ShedReason } from "./ranker-headers.ts";
import type { RankReason } from "./service.ts";

export interface RankerQuestion {
  /** Of the viewer. */
  readonly region: Region;
  /** Origin. */
  readonly server: string;
  readonly body: BinaryBody;
  readonly rows: number;
  readonly budgetMs: number;
  /** Decimal text. */
  readonly viewerId: string;
  /** Version of the model; absent: whichever serves the viewer. */
  readonly model?: string;
  readonly schema: string;
  /** Of a sampled request. */
  readonly trace?: TraceContext;
}

export interface Scored {
  readonly kind: "scored";
  /** Version of the model. */
  readonly model: string;
  /** rows x `HEAD_COUNT`, each in [0, 1]. */
  readonly probabilities: Float32Array;
  /** Rows queued and running. */
  readonly load: number;
}

/** What a server made of a question. `refused`: a 4xx, which is the proxy's own mistake. */
export type RankerReply =
  | Scored
  | { readonly kind: "shed"; readonly why: ShedReason; readonly load: number }
  | { readonly kind: "mismatch" }
  | { readonly kind: "refused"; readonly status: number }
  | { readonly kind: "error"; readonly detail: string }
  | { readonly kind: "bad_answer"; readonly detail: string };

/** A question on its way. `reply` never rejects; `cancel` ends it, and what `reply` says then is nobody's business. */
export interface RankerAsk {
  readonly reply: Promise<RankerReply>;
  cancel(): void;
}

/** How a call ended here: `timeout` had its whole time, `no_time` only what the caller had left. */
export type Tried =
  | RankerReply
  | { readonly kind: "timeout" }
  | { readonly kind: "no_time" }
  | { readonly kind: "cancelled" };

/** What each ending means for the breaker, for the server's health and for the page. */
export function meaningOf(tried: Tried): {
  readonly outcome: Outcome;
  readonly news: ServerNews;
  readonly reason: RankReason;
} {
  switch (tried.kind) {
    case "scored":
      return { outcome: "success", news: { kind: "answered", load: tried.load }, reason: "ok" };
    case "shed":
      // It is in control of itself: to open for it would turn a part that is refused into all.
      return {
        outcome: "neutral",
        news:
          tried.why === "draining" ? { kind: "draining" } : { kind: "answered", load: tried.load },
        reason: "shed",
      };
    case "mismatch":
      return { outcome: "neutral", news: { kind: "ready" }, reason: "schema_mismatch" };
    case "refused":
      return { outcome: "neutral", news: { kind: "quiet" }, reason: "error" };
    case "error":
      return { outcome: "failure", news: { kind: "failed" }, reason: "error" };
    case "bad_answer":
      return { outcome: "failure", news: { kind: "failed" }, reason: "bad_answer" };
    case "timeout":
      return { outcome: "failure", news: { kind: "failed" }, reason: "timeout" };
    case "no_time":
    case "cancelled":
      return { outcome: "neutral", news: { kind: "quiet" }, reason: "no_time" };
  }
}

export interface Attempt {
  readonly done: Promise<Tried>;
  cancel(): void;
}

/**
 * Waits for `ask` until `limitMs`, then says `late`; the timer goes with it.
 * @param onLate what becomes of the call then, which goes on as it is.
 */
export function attempt(
  ask: RankerAsk,
  limitMs: number,
  late: Tried,
  timer: Timer,
  onLate: () => void = () => ask.cancel(),
): Attempt {
  const { promise: over, resolve } = Promise.withResolvers<Tried>();
  const callOff = timer(limitMs, () => {
    resolve(late);
    onLate();
  });
  return {
    done: Promise.race([ask.reply, over]).finally(callOff),
    cancel: () => {
      resolve({ kind: "cancelled" });
      ask.cancel();
    },
  };
}

/** The first that scored, and the others cancelled; if none does, how the last one ended. */
export async function firstScored(attempts: readonly Attempt[]): Promise<Tried> {
  const waiting = new Map(
    attempts.map((one) => [one, one.done.then((tried) => ({ one, tried }))] as const),
  );
  let last: Tried = { kind: "cancelled" };
  while (waiting.size > 0) {
    const { one, tried } = await Promise.race(waiting.values());
    waiting.delete(one);
    last = tried;
    if (tried.kind === "scored") break;
  }
  for (const other of waiting.keys()) other.cancel();
  return last;
}
