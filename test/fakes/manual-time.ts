import { ManualClock } from "./manual-clock.ts";

/** A clock with timers: what is due rings when the test moves time. */
export class ManualTime {
  readonly clock: ManualClock;
  #set: { readonly atMs: number; readonly ring: () => void }[] = [];

  constructor(startMs = 0) {
    this.clock = new ManualClock(startMs);
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#set.length;
  }

  timer = (ms: number, ring: () => void): (() => void) => {
    const set = { atMs: this.clock.nowMs() + ms, ring };
    this.#set.push(set);
    return () => {
      this.#set = this.#set.filter((other) => other !== set);
    };
  };

  sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      this.timer(ms, resolve);
    });

  /** Everything that this sets going has run when it resolves. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.clock.nowMs() + ms;
    await settled();
    for (let next = this.#next(); next !== undefined && next.atMs <= untilMs; next = this.#next()) {
      this.clock.advance(Math.max(0, next.atMs - this.clock.nowMs()));
      this.#ring(next);
      await settled();
    }
    this.clock.advance(untilMs - this.clock.nowMs());
  }

  /** Rings what is set, whatever the time. */
  ringNow(): void {
    for (const set of this.#set) this.#ring(set);
  }

  #next() {
    return this.#set.toSorted((a, b) => a.atMs - b.atMs)[0];
  }

  #ring(set: { readonly ring: () => void }): void {
    this.#set = this.#set.filter((other) => other !== set);
    set.ring();
  }
}

const settled = (): Promise<void> => new Promise((go) => setImmediate(go));
