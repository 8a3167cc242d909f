import type { Clock } from "../core/clock.ts";
import type { SeededRandom } from "./random.ts";

interface Due {
  readonly atMs: number;
  /** Orders what is due in the same millisecond: by chance, so every order is tried. */
  readonly tie: number;
  readonly run: () => void;
}

/** All code that one event sets going has run up to its next scheduling point. */
const settled = () => new Promise<void>((resolve) => process.nextTick(resolve));

/**
 * Virtual time. Whatever waits, waits here, and one event runs at a time: a run is a
 * function of its seed alone.
 */
export class Scheduler implements Clock {
  readonly #random: SeededRandom;
  readonly #heap: Due[] = [];
  #nowMs: number;
  /** Events run so far. */
  events = 0;

  constructor(startMs: number, random: SeededRandom) {
    this.#nowMs = startMs;
    this.#random = random;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): void {
    const atMs = this.#nowMs + Math.max(0, Math.ceil(delayMs));
    this.#push({ atMs, tie: this.#random.next(), run });
  }

  sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      this.after(ms, resolve);
    });

  timer = (ms: number, ring: () => void): (() => void) => {
    let isSet = true;
    this.after(ms, () => isSet && ring());
    return () => {
      isSet = false;
    };
  };

  /** Runs events in time order until `isDone` or until nothing is due before `untilMs`. */
  async run(isDone: () => boolean, untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    await settled();
    while (!isDone()) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#pop();
      this.#nowMs = next.atMs;
      this.events++;
      next.run();
      await settled();
    }
    if (untilMs !== Number.POSITIVE_INFINITY && !isDone()) this.#nowMs = untilMs;
  }

  #push(due: Due): void {
    let place = this.#heap.push(due) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#swapIfBefore(place, parent)) return;
      place = parent;
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let place = 0; ;) {
      const left = 2 * place + 1;
      const right = left + 1;
      const child = this.#isBefore(right, left) ? right : left;
      if (!this.#swapIfBefore(child, place)) return;
      place = child;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    if (left === undefined || right === undefined) return false;
    return left.atMs < right.atMs || (left.atMs === right.atMs && left.tie < right.tie);
  }

  #swapIfBefore(a: number, b: number): boolean {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    if (left === undefined || right === undefined || !this.#isBefore(a, b)) return false;
    [this.#heap[a], this.#heap[b]] = [right, left];
    return true;
  }
}
