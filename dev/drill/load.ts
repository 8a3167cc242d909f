import type { Id } from "../../core/ids.ts";
import type { Sleep } from "../../core/clock.ts";
import type { Attempt, DrillGraph } from "./graph.ts";
import { type Ack, batchOf, type Lane, opIdOf } from "./writes.ts";

const RETRY_MS = 200;
/** A write without an answer for this long means that the product does not come back. */
const STUCK_MS = 60_000;

export interface LoadDeps {
  readonly graph: DrillGraph;
  readonly sleep: Sleep;
  readonly nowMs: () => number;
}

/**
 * Lanes that write one after another, each waiting for its acknowledgement. What may have
 * happened is asked for again with the same opId until it is acknowledged, so while the
 * load pauses nothing is open.
 */
export class WriteLoad {
  readonly #run: string;
  readonly #lanes: readonly Lane[];
  readonly #deps: LoadDeps;
  readonly #acks: Ack[] = [];
  /** When the last acknowledged attempt of each lane was sent. */
  readonly #sentMs: number[];
  readonly #next: number[];
  readonly #newest: (Id | null)[];
  #running: Promise<unknown> | null = null;
  #isOn = false;
  /** What stopped a lane; the others go on until the load pauses. */
  #failure: { readonly error: unknown } | null = null;
  /** Writes whose first attempt had no answer, or none that says whether they happened. */
  unknown = 0;
  /** Of those, the ones that had been committed: a later attempt was told so. */
  replayed = 0;

  constructor(run: string, lanes: readonly Lane[], deps: LoadDeps) {
    this.#run = run;
    this.#lanes = lanes;
    this.#deps = deps;
    this.#sentMs = lanes.map(() => 0);
    this.#next = lanes.map(() => 0);
    this.#newest = lanes.map(() => null);
  }

  get acks(): readonly Ack[] {
    return this.#acks;
  }

  resume(): void {
    this.#isOn = true;
    this.#running = Promise.all(this.#lanes.map((_, index) => this.#writeOn(index)));
    this.#running.catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  /** Resolves once every write that was begun is acknowledged. @throws what stopped a lane. */
  async pause(): Promise<void> {
    this.#isOn = false;
    await this.#running;
  }

  /**
   * When, Unix ms, every lane had an attempt acknowledged that was sent after `sinceMs`.
   * @throws what stopped a lane.
   */
  async recovered(sinceMs: number): Promise<number> {
    const giveUpAtMs = this.#deps.nowMs() + STUCK_MS;
    while (this.#sentMs.some((ms) => ms <= sinceMs)) {
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#deps.nowMs() > giveUpAtMs) throw new Error("the product did not recover");
      await this.#deps.sleep(2);
    }
    return this.#deps.nowMs();
  }

  async #writeOn(index: number): Promise<void> {
    while (this.#isOn) await this.#write(index, this.#next[index] ?? 0);
  }

  async #write(index: number, n: number): Promise<void> {
    const lane = this.#lanes[index];
    if (lane === undefined) throw new RangeError(`no lane ${index}`);
    const opId = opIdOf(this.#run, index, n);
    const neighbours = this.#newest[(index + 1) % this.#lanes.length] ?? null;
    const { batch, liked } = batchOf(lane, opId, n, neighbours);
    const [post] = await this.#untilAcknowledged(index, () => this.#deps.graph.write(batch));
    if (post === undefined || post.version === null) throw new Error(`${opId}: made nothing`);
    this.#acks.push({ lane: index, n, opId, post: post.id, version: post.version, liked });
    this.#newest[index] = post.id;
    this.#next[index] = n + 1;
  }

  async #untilAcknowledged(index: number, attempt: () => Promise<Attempt>) {
    const giveUpAtMs = this.#deps.nowMs() + STUCK_MS;
    for (let again = false; ; again = true) {
      const sentMs = this.#deps.nowMs();
      const answer = await attempt();
      if (answer.is === "acknowledged") {
        if (again && answer.replayed) this.replayed++;
        this.#sentMs[index] = sentMs;
        return answer.results;
      }
      if (!again) this.unknown++;
      if (answer.is === "refused" || this.#deps.nowMs() > giveUpAtMs) throw new Error(answer.why);
      await this.#deps.sleep(RETRY_MS);
    }
  }
}
