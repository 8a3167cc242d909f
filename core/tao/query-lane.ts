import type { Clock } from "../clock.ts";
import { FailureError } from "../errors.ts";
import { LIMITS } from "../limits.ts";

/** Lets so many queries run at once; the others wait in line. */
export class QueryGate {
  readonly #runningMax: number;
  readonly #line: (() => Promise<unknown>)[] = [];
  #running = 0;
  /** Queries that were sent. */
  queries = 0;
  /** Keys that wait for a query to take them along. */
  waiting = 0;

  constructor(runningMax: number) {
    this.#runningMax = runningMax;
  }

  /** @param query never rejects. */
  enter(query: () => Promise<unknown>): void {
    this.#line.push(query);
    this.#next();
  }

  #next(): void {
    if (this.#running >= this.#runningMax) return;
    const query = this.#line.shift();
    if (query === undefined) return;
    this.#running++;
    this.queries++;
    void query().finally(() => {
      this.#running--;
      this.#next();
    });
  }
}

interface Load<Item, Answer> {
  readonly key: string;
  readonly item: Item;
  readonly answer: Promise<Answer>;
  readonly settle: (answer: Answer) => void;
  readonly fail: (error: unknown) => void;
  /** When somebody last began to wait for it, Unix ms. */
  wantedMs: number;
  isSent: boolean;
  /** The key changed after the query was sent: the answer is for those who wait, and not kept. */
  isOvertaken: boolean;
}

export interface LanePorts<Item, Answer> {
  readonly clock: Clock;
  readonly fetch: (items: readonly Item[]) => Promise<Answer>;
  readonly keep: (item: Item, answer: Answer) => void;
  /** Does an answer for `known` serve `wanted`, of the same key, too? */
  readonly covers: (known: Item, wanted: Item) => boolean;
  /** Items of one query. */
  readonly itemsMax: number;
}

/**
 * One kind of query. Whoever wants a key that is on its way waits for it; keys that are
 * wanted while all queries run, or in the same turn, go out together. What nobody can be
 * waiting for any more, after a store that hung, does not go out.
 */
export class QueryLane<Item, Answer> {
  readonly #gate: QueryGate;
  readonly #ports: LanePorts<Item, Answer>;
  /** What one may still join: not sent yet, or sent and not overtaken. */
  readonly #current = new Map<string, Load<Item, Answer>[]>();
  #waiting: Load<Item, Answer>[] = [];
  #isInLine = false;
  /** Keys that found a query on its way. */
  joined = 0;

  constructor(gate: QueryGate, ports: LanePorts<Item, Answer>) {
    this.#gate = gate;
    this.#ports = ports;
  }

  /** @returns the answer of the query that takes this key along. @throws FailureError when too many wait. */
  async load(key: string, item: Item): Promise<Answer> {
    const known = this.#current.get(key)?.find((load) => this.#ports.covers(load.item, item));
    const wantedMs = this.#ports.clock.nowMs();
    if (known !== undefined) {
      this.joined++;
      known.wantedMs = wantedMs;
      return known.answer;
    }
    if (this.#gate.waiting >= LIMITS.leaderKeysWaitingMax) throw overloaded();
    const { promise: answer, resolve: settle, reject: fail } = Promise.withResolvers<Answer>();
    const load = { key, item, answer, settle, fail, wantedMs, isSent: false, isOvertaken: false };
    const loads = this.#current.get(key);
    if (loads === undefined) this.#current.set(key, [load]);
    else loads.push(load);
    this.#gate.waiting++;
    this.#waiting.push(load);
    this.#getInLine();
    return answer;
  }

  /** What is on its way for `key` may have been read before its change. */
  overtake(key: string): void {
    for (const load of this.#current.get(key) ?? []) {
      if (!load.isSent) continue;
      load.isOvertaken = true;
      this.#leave(load);
    }
  }

  overtakeAll(): void {
    for (const key of this.#current.keys()) this.overtake(key);
  }

  #getInLine(): void {
    if (this.#isInLine) return;
    this.#isInLine = true;
    // Not in this turn: what else it wants comes along.
    void Promise.resolve().then(() => this.#gate.enter(() => this.#send()));
  }

  async #send(): Promise<void> {
    this.#isInLine = false;
    const taken = this.#waiting.splice(0, this.#ports.itemsMax);
    this.#gate.waiting -= taken.length;
    if (this.#waiting.length > 0) this.#getInLine();
    const batch = this.#withoutOld(taken);
    if (batch.length === 0) return;
    for (const load of batch) load.isSent = true;
    try {
      const answer = await this.#ports.fetch(batch.map(({ item }) => item));
      for (const load of batch) {
        this.#leave(load);
        if (!load.isOvertaken) this.#ports.keep(load.item, answer);
        load.settle(answer);
      }
    } catch (error) {
      for (const load of batch) {
        this.#leave(load);
        load.fail(error);
      }
    }
  }

  #withoutOld(taken: readonly Load<Item, Answer>[]): Load<Item, Answer>[] {
    const bornMs = this.#ports.clock.nowMs() - LIMITS.leaderTurnMs;
    return taken.filter((load) => {
      if (load.wantedMs >= bornMs) return true;
      this.#leave(load);
      load.fail(overloaded());
      return false;
    });
  }

  #leave(load: Load<Item, Answer>): void {
    const loads = this.#current.get(load.key)?.filter((other) => other !== load) ?? [];
    if (loads.length === 0) this.#current.delete(load.key);
    else this.#current.set(load.key, loads);
  }
}

const overloaded = () =>
  new FailureError({ code: "overloaded", retryAfterMs: LIMITS.overloadRetryMs });
