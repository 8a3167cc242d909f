import type { Clock } from "../core/clock.ts";

/** One readable line per event of a run; costs nothing where nobody listens. */
export class Trace {
  readonly #write: ((line: string) => void) | null;
  readonly #clock: Clock;
  readonly #startMs: number;

  constructor(clock: Clock, write: ((line: string) => void) | null) {
    this.#clock = clock;
    this.#startMs = clock.nowMs();
    this.#write = write;
  }

  note(line: string): void {
    if (this.#write === null) return;
    const atMs = this.#clock.nowMs() - this.#startMs;
    this.#write(`${(atMs / 1_000).toFixed(3).padStart(10)}s  ${line}`);
  }
}
