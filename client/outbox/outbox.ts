import { LIMITS } from "../../core/limits.ts";
import { ApiProblem, networkProblem } from "../problem.ts";
import { type NewWrite, type OutboxItem, afterFailure, place, turn } from "./items.ts";
import { CANCELLED, FULL, type Outcome, REPLACED, SIGNED_OUT } from "./outcomes.ts";
import type { Ending, OutboxDeps, Word } from "./ports.ts";

const inOrder = (items: readonly OutboxItem[]): OutboxItem[] =>
  items.toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** Ids sort as text for the next few thousand years. */
const ID_DIGITS = 15;

/**
 * Writes of one person on their way to the server: kept on the device before they are sent, in
 * order, under the key they were written with, so that nothing is lost or done twice across
 * lost connections, reloads and tabs.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  #items: readonly OutboxItem[] = [];
  readonly #waiting = new Map<string, (outcome: Outcome) => void>();
  readonly #watchers = new Set<() => void>();
  readonly #endWatchers = new Set<(item: OutboxItem, ending: Ending) => void>();
  #running: Promise<void> | null = null;
  #again = false;
  #lastId = 0;
  /** Store calls go one after another; what is read counts only if nothing changed meanwhile. */
  #storing: Promise<unknown> = Promise.resolve();
  #changes = 0;
  /** On a device that keeps nothing, what is here is all there is. */
  readonly #unkept = new Set<string>();
  readonly #stopped = new AbortController();

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    deps.channel.listen((word) => void this.#hear(word));
  }

  /** Reads what was left by earlier runs, and begins to send it. */
  async start(): Promise<void> {
    await this.#reload();
    void this.kick();
  }

  get items(): readonly OutboxItem[] {
    return this.#items;
  }

  subscribe(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Called once for every item that ends here or in another tab, whoever wrote it. */
  onEnd(watcher: (item: OutboxItem, ending: Ending) => void): void {
    this.#endWatchers.add(watcher);
  }

  /** Resolves when the write has ended, or when it is known to wait for a connection. */
  async submit(write: NewWrite): Promise<Outcome> {
    if (this.#isStopped) return SIGNED_OUT;
    const { nowMs, newKey } = this.#deps;
    const item: OutboxItem = {
      ...write,
      id: this.#newId(),
      idempotencyKey: newKey(),
      queuedAtMs: nowMs(),
      state: "queued",
      tries: 0,
      notBeforeMs: 0,
      refusal: null,
    };
    const { placed, next } = place(this.#items, item);
    if (placed.at === "full") return FULL;
    const replaced = Promise.all(placed.replaces.map((id) => this.#end(id, REPLACED)));
    if (placed.at === "undone") return replaced.then(() => REPLACED);
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#waiting.set(item.id, resolve);
    // In the same moment: whatever comes between would leave neither.
    await Promise.all([replaced, this.#put(next)]);
    if (this.#deps.online()) void this.kick();
    else this.#tellWaiting();
    return promise;
  }

  /** Tries now what waits, whatever it waits for: the connection is back, or the reader asks. */
  kick(): Promise<void> {
    if (this.#isStopped) return this.#running ?? Promise.resolve();
    this.#again = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        await this.#deps.alone(() => this.#sendAll(), this.#stopped.signal);
      }
    } catch (error) {
      // Before its turn came.
      if (!this.#isStopped) throw error;
    } finally {
      this.#running = null;
    }
  }

  /** Takes back what is not being sent. @returns it, to be written anew; null when it is too late. */
  async cancel(id: string): Promise<OutboxItem | null> {
    const item = this.#items.find((known) => known.id === id);
    if (item === undefined || item.state === "sending" || this.#isStopped) return null;
    await this.#end(id, CANCELLED);
    return item;
  }

  /** Sends again what was given up. */
  async retry(id: string): Promise<void> {
    const item = this.#items.find((known) => known.id === id);
    if (item?.state !== "failed") return;
    await this.#put({ ...item, state: "queued", tries: 0, notBeforeMs: 0, refusal: null });
    void this.kick();
  }

  /**
   * Their person is not here any more. From now on nothing is sent, written down or told, and what
   * is being sent is given up; what was written before stays for when they are back. Resolves when
   * the store is left alone.
   */
  stop(): Promise<void> {
    return this.#halt((id) => (this.#unkept.has(id) ? SIGNED_OUT : { at: "queued", id }));
  }

  /** On sign-out: stops, here and in other tabs, and what was not sent never will be. */
  async clear(): Promise<void> {
    const halted = this.#halt(() => CANCELLED);
    const { store, alone, channel } = this.#deps;
    channel.tell({ type: "cleared" });
    await halted;
    const forget = (): Promise<void> => store.clear().catch(() => undefined);
    await forget();
    // Again when nobody sends: another tab may have written down a failure before it heard.
    const wait = AbortSignal.timeout(LIMITS.outboxClearWaitMs);
    await alone(forget, wait).catch(() => undefined);
  }

  async #halt(outcomeOf: (id: string) => Outcome): Promise<void> {
    this.#stopped.abort();
    await this.#running?.catch(() => undefined);
    await this.#storing;
    for (const id of this.#waiting.keys()) this.#resolve(id, outcomeOf(id));
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  async #sendAll(): Promise<void> {
    if (this.#isStopped) return;
    await this.#reload();
    // Whoever asked does not wait for what a failure before set; only the first can have set it.
    let early = true;
    while (!this.#isStopped) {
      const nowMs = this.#deps.nowMs();
      const next = turn(this.#items, early ? Number.MAX_SAFE_INTEGER : nowMs);
      if (next.at === "idle") return;
      if (next.at === "wait" || !this.#deps.online()) {
        this.#tellWaiting();
        const waitMs = next.at === "wait" ? next.untilMs - nowMs : LIMITS.outboxRetryMaxMs;
        this.#deps.later(() => void this.kick(), waitMs);
        return;
      }
      await this.#sendOne(next.item);
      early = false;
    }
  }

  async #sendOne(item: OutboxItem): Promise<void> {
    await this.#put({ ...item, state: "sending" });
    const signal = this.#stopped.signal;
    if (signal.aborted) return;
    const sent = await this.#deps.send(item.request, item.idempotencyKey, signal).then(
      (answer) => ({ answer }),
      (error: unknown) => ({
        problem: error instanceof ApiProblem ? error : networkProblem(error),
      }),
    );
    if ("answer" in sent) return this.#end(item.id, { at: "sent", answer: sent.answer });
    const { nowMs, random } = this.#deps;
    const next = afterFailure(item, sent.problem, nowMs(), random());
    await this.#put(next);
    if (next.refusal !== null) this.#ended(next, { at: "failed", refusal: next.refusal });
  }

  /** Everything that waits now waits for a connection, or for its turn. */
  #tellWaiting(): void {
    for (const { id, state } of this.#items) {
      if (state !== "failed") this.#resolve(id, { at: "queued", id });
    }
  }

  async #put(item: OutboxItem): Promise<void> {
    // What was given up is sent again, as when its tab dies: when there is somebody to send it for.
    if (this.#isStopped) return;
    this.#items = inOrder([...this.#items.filter(({ id }) => id !== item.id), item]);
    await this.#store(() =>
      this.#deps.store.set(item.id, item).then(
        () => this.#unkept.delete(item.id),
        () => this.#unkept.add(item.id),
      ),
    );
    this.#changed();
  }

  async #end(id: string, ending: Ending): Promise<void> {
    const item = this.#items.find((known) => known.id === id);
    this.#items = this.#items.filter((known) => known.id !== id);
    this.#unkept.delete(id);
    await this.#store(() => this.#deps.store.delete([id]).catch(() => undefined));
    // First what it left behind, then that it is gone: no screen shows neither.
    if (item !== undefined) this.#ended(item, ending);
    this.#changed();
  }

  async #store(change: () => Promise<unknown>): Promise<void> {
    this.#changes++;
    this.#storing = this.#storing.then(change);
    await this.#storing;
    if (!this.#isStopped) this.#deps.channel.tell({ type: "changed" });
  }

  #ended(item: OutboxItem, ending: Ending): void {
    if (this.#isStopped) return;
    this.#deps.channel.tell({ type: "ended", id: item.id, ending, ticket: this.#deps.ticket() });
    this.#announce(item, ending);
  }

  #announce(item: OutboxItem, ending: Ending): void {
    for (const watcher of this.#endWatchers) watcher(item, ending);
    this.#resolve(item.id, ending);
  }

  #resolve(id: string, outcome: Outcome): void {
    this.#waiting.get(id)?.(outcome);
    this.#waiting.delete(id);
  }

  #changed(): void {
    if (this.#isStopped) return;
    for (const watcher of this.#watchers) watcher();
  }

  async #hear(word: Word): Promise<void> {
    if (this.#isStopped) return;
    if (word.type === "cleared") return this.#halt(() => CANCELLED);
    if (word.type === "ended") {
      if (word.ticket !== null && word.ending.at === "sent") this.#deps.acceptTicket(word.ticket);
      const item = this.#items.find(({ id }) => id === word.id);
      if (item !== undefined) this.#announce(item, word.ending);
    }
    await this.#reload();
    this.#changed();
  }

  /** What is stored is the truth; an item that was being sent when its tab died is sent again. */
  async #reload(): Promise<void> {
    for (;;) {
      const before = this.#changes;
      const reading = this.#storing.then(() => this.#deps.store.entries<OutboxItem>());
      this.#storing = reading.catch(() => undefined);
      const stored = await reading.catch(() => null);
      if (stored === null) return;
      if (before !== this.#changes) continue;
      const unkept = this.#items.filter(({ id }) => this.#unkept.has(id));
      this.#items = inOrder([...stored.map(([, item]) => item), ...unkept]);
      break;
    }
    for (const id of this.#waiting.keys()) {
      const lost = !this.#items.some((item) => item.id === id);
      if (lost) this.#resolve(id, { at: "sent", answer: undefined });
    }
  }

  /** Later than any before, also of other tabs: time first. */
  #newId(): string {
    const newest = Number(this.#items.at(-1)?.id.slice(0, ID_DIGITS) ?? 0);
    this.#lastId = Math.max(this.#deps.nowMs(), this.#lastId + 1, newest + 1);
    const chance = Math.floor(this.#deps.random() * 1e6);
    return `${String(this.#lastId).padStart(ID_DIGITS, "0")}-${chance}`;
  }
}
