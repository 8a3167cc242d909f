import { waitAfter } from "./backoff.ts";

export interface PollState {
  /** Unix ms by this machine's clock; null: no answer yet. */
  readonly answeredMs: number | null;
  /** Of the last try; null: it was answered. */
  readonly error: unknown;
  /** When the next try goes out, Unix ms; null: one is under way, or the tab is hidden. */
  readonly nextMs: number | null;
  readonly paused: boolean;
}

export interface PollOptions {
  readonly everyMs: number;
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly onState: (state: PollState) => void;
}

/** Asks again and again: less often while nothing answers, and not at all in a tab that nobody sees. */
export class Poll {
  readonly #options: PollOptions;
  #stopped = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isRunning = false;
  #isWanted = false;
  #state: PollState = { answeredMs: null, error: null, nextMs: null, paused: false };

  constructor(options: PollOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = new AbortController();
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.now();
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#onVisibility);
  }

  /** Asks at once; what is being asked already is asked once more afterwards. */
  now(): void {
    clearTimeout(this.#timer);
    if (this.#isRunning) this.#isWanted = true;
    else void this.#once();
  }

  readonly #onVisibility = (): void => {
    if (!document.hidden) return this.now();
    clearTimeout(this.#timer);
    this.#tell({ paused: true, nextMs: null });
  };

  async #once(): Promise<void> {
    const { signal } = this.#stopped;
    if (signal.aborted || document.hidden) return;
    this.#isRunning = true;
    this.#isWanted = false;
    this.#tell({ paused: false, nextMs: null });
    const error = await this.#options.run(signal).then(
      () => null,
      (reason: unknown) => reason ?? new Error("failed"),
    );
    this.#isRunning = false;
    if (signal.aborted) return;
    this.#failures = error === null ? 0 : this.#failures + 1;
    const waitMs = this.#isWanted
      ? 0
      : waitAfter(this.#failures, this.#options.everyMs, Math.random());
    this.#tell({
      error,
      nextMs: Date.now() + waitMs,
      ...(error === null && { answeredMs: Date.now() }),
    });
    if (document.hidden) this.#tell({ paused: true, nextMs: null });
    else this.#timer = setTimeout(() => void this.#once(), waitMs);
  }

  #tell(change: Partial<PollState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onState(this.#state);
  }
}
