import type { Failure } from "../../core/errors.ts";
import { Admission } from "../../core/resilience/admission.ts";
import type { LimitPolicy } from "../../core/resilience/adaptive-limit.ts";
import type { Priority } from "../../core/resilience/priority.ts";
import { ok, type Result } from "../../core/result.ts";
import { stream } from "../../dev/world/random.ts";

export interface Load {
  /** Requests a second. */
  readonly rate: number;
  readonly seconds: number;
  /** What one takes of the thread, ms, and how long it waits for others beside. */
  readonly serviceMs: number;
  readonly waitMs: number;
  /** What refusing one takes, ms. */
  readonly refusalMs: number;
  /** Later answers are worth nothing, ms. */
  readonly deadlineMs: number;
  readonly priorityOf?: (n: number) => Priority;
  /** Counted from here on, seconds. */
  readonly fromSeconds?: number;
}

export interface Came {
  readonly good: number;
  readonly sent: number;
  readonly refused: number;
  readonly tookMs: readonly number[];
  readonly byPriority: ReadonlyMap<Priority, { good: number; sent: number }>;
}

/** One thread that does everything in turn, and what an admission lets in; time is simulated. */
export class BusyThread {
  #nowMs = 0;
  #freeAtMs = 0;
  /** What ends when, the next first. */
  readonly #ends: { readonly atMs: number; readonly end: () => void }[] = [];
  readonly admission: Admission | null;
  /** Timers are lost, as the platform loses those of a request that it drops. */
  neverWakes = false;
  readonly #random = stream(7, "arrivals");

  constructor(policy: LimitPolicy | null) {
    const ports = {
      clock: { nowMs: () => this.#nowMs },
      random: stream(7, "spread"),
      // The thread comes back to it when it has done what was there before.
      sleep: (ms: number) =>
        new Promise<void>((resolve) => {
          if (!this.neverWakes) this.#at(Math.max(this.#nowMs, this.#freeAtMs) + ms, resolve);
        }),
    };
    this.admission = policy === null ? null : new Admission({ ...ports, policy });
  }

  #at(atMs: number, end: () => void): void {
    const after = this.#ends.findLastIndex((one) => one.atMs <= atMs);
    this.#ends.splice(after + 1, 0, { atMs, end });
  }

  async under(load: Load): Promise<Came> {
    const {
      rate,
      serviceMs,
      waitMs,
      refusalMs,
      deadlineMs,
      priorityOf = () => "interactive",
    } = load;
    const came = { good: 0, sent: 0, refused: 0, tookMs: [] as number[] };
    const byPriority = new Map<Priority, { good: number; sent: number }>();
    const beginMs = this.#nowMs;
    const countFromMs = beginMs + (load.fromSeconds ?? 0) * 1_000;
    const until = async (atMs: number) => {
      for (;;) {
        const [next] = this.#ends;
        if (next === undefined || next.atMs > atMs) break;
        this.#ends.shift();
        this.#nowMs = next.atMs;
        next.end();
        await settled();
      }
      this.#nowMs = atMs;
    };
    let dueMs = beginMs;
    for (let n = 0; dueMs < beginMs + load.seconds * 1_000; n++) {
      await until(dueMs);
      const startMs = dueMs;
      const priority = priorityOf(n);
      const counts = startMs >= countFromMs;
      const of = byPriority.get(priority) ?? { good: 0, sent: 0 };
      byPriority.set(priority, of);
      const work = (): Promise<Result<null, Failure>> => {
        this.#freeAtMs = Math.max(this.#freeAtMs, this.#nowMs) + serviceMs;
        const { promise, resolve } = Promise.withResolvers<Result<null, Failure>>();
        this.#at(this.#freeAtMs + waitMs, () => resolve(ok(null)));
        return promise;
      };
      const answer = async () => {
        const result = await (this.admission?.run({ kind: "read", priority }, work) ?? work());
        if (!result.ok) this.#freeAtMs = Math.max(this.#freeAtMs, startMs) + refusalMs;
        if (!counts) return;
        came.sent++;
        of.sent++;
        if (!result.ok) {
          came.refused++;
          return;
        }
        const tookMs = this.#nowMs - startMs;
        came.tookMs.push(tookMs);
        if (tookMs > deadlineMs) return;
        came.good++;
        of.good++;
      };
      void answer();
      await settled();
      dueMs += (-Math.log(1 - this.#random.next()) * 1_000) / rate;
    }
    await until(Number.MAX_SAFE_INTEGER);
    this.#nowMs = this.#freeAtMs;
    return { ...came, byPriority };
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn++) await Promise.resolve();
};
