import { assertFollows } from "../core/tao/log.ts";
import { type Commit, DeposedError } from "../core/tao/store.ts";
import type { Version } from "../core/tao/version.ts";
import type { Database, LogRow } from "./database.ts";
import type { Life } from "./network.ts";
import { StorePort, type StorePorts } from "./store-port.ts";
import { Tables } from "./tables.ts";

const ROUND_TRIP_MS = { from: 1, to: 40 };
/** A commit may become durable this long after its caller gave up: under `LIMITS.commitDoubtMs`. */
const LATE_MS = { from: 50, to: 5_000 };

/**
 * A store over a network: slow, loses replies, and may commit after the caller gave up. What a
 * life of a leader sees is the log up to its own head: rows enter when it opens, when it hears
 * that they are durable, and in `head()` after a doubt. Two lives collide by place.
 */
export class RemoteStore extends StorePort {
  readonly #writer: string;
  protected readonly tables = new Tables();
  /** Rows taken in so far. */
  #place = 0;
  /** Of what was sent last: `looked`, it was not there, and may yet arrive until another append succeeds. */
  #doubt: "none" | "unknown" | "looked" = "none";
  #deposed: DeposedError | null = null;

  private constructor(life: Life, database: Database, ports: StorePorts) {
    super(life, database, ports);
    this.#writer = database.newWriter();
  }

  /** Its row shuts out whoever led before. @throws DeposedError when a newer epoch has begun. */
  static async open(
    life: Life,
    database: Database,
    epoch: number,
    ports: StorePorts,
  ): Promise<RemoteStore> {
    const store = new RemoteStore(life, database, ports);
    store.#take(0, await store.#send(() => database.rows.slice()));
    const { head } = store.tables;
    if (head.epoch > epoch) throw new DeposedError("a newer epoch has begun");
    await store.#append({ writer: store.#writer, head: { epoch, seq: head.seq }, commit: null });
    return store;
  }

  async head(): Promise<Version> {
    if (this.#deposed !== null) throw this.#deposed;
    if (this.#doubt !== "none") {
      const place = this.#place;
      const rows = await this.#send(() => this.database.rows.slice(place));
      if (rows.some(({ writer }) => writer !== this.#writer)) this.#depose();
      this.#doubt = rows.length === 0 ? "looked" : "none";
      this.#take(place, rows);
    }
    return this.tables.head;
  }

  async commit(commit: Commit): Promise<void> {
    if (this.#deposed !== null) throw this.#deposed;
    if (this.#doubt === "unknown") throw new Error("the head is unknown until it is read again");
    assertFollows(commit, this.tables.head);
    this.#doubt = "unknown";
    const row = { writer: this.#writer, head: commit.head, commit };
    await this.#append(row).catch((error: unknown) => {
      // A look at the head meanwhile came too early.
      this.#doubt = "unknown";
      throw error;
    });
    this.#doubt = "none";
  }

  /** What a query shows is the moment of its call, whatever is committed meanwhile. */
  protected call<T>(act: () => T): Promise<T> {
    const outcome = attempt(act);
    return this.#send(() => {
      if (outcome.ok) return outcome.value;
      throw outcome.error;
    });
  }

  async #append(row: LogRow): Promise<void> {
    const { random, tally, scheduler } = this.ports;
    const faults = this.ports.faults();
    const place = this.#place;
    if (random.chance(faults.commitLate)) {
      tally.count("commits late");
      // Whether its leader still lives then does not matter to a row on its way.
      scheduler.after(random.logInt(LATE_MS.from, LATE_MS.to), () => this.#insert(place, row));
      return this.#reject(random.int(1, LATE_MS.from), "timed out");
    }
    const isLost = random.chance(faults.commitReplyLost);
    const taken = await this.#send(() => this.#insert(place, row));
    if (isLost) {
      tally.count("commit replies lost");
      return this.#reject(0, "reply lost");
    }
    if (taken !== null && taken.writer !== this.#writer) this.#depose();
    if (taken !== null) throw new Error("log collision");
    this.#take(place, [row]);
  }

  /** At the database: one statement, all or nothing. @returns who has its place. */
  #insert(place: number, row: LogRow): LogRow | null {
    const { tally } = this.ports;
    const taken = this.database.append(place, row);
    if (taken === null && row.commit !== null) this.committed(row.commit);
    if (taken !== null) tally.count("commits collided");
    if (taken !== null && taken.writer !== row.writer) tally.count("deposed commits refused");
    return taken;
  }

  #depose(): never {
    this.#deposed = new DeposedError("another leader writes");
    throw this.#deposed;
  }

  /** A look at the head and the answer to a commit may bring the same rows. */
  #take(place: number, rows: readonly LogRow[]): void {
    for (const row of rows.slice(Math.max(0, this.#place - place))) {
      this.tables.take(row);
      this.#place++;
    }
  }

  /** There, what it does, and back: the answer comes to who still lives. */
  #send<T>(act: () => T): Promise<T> {
    const { random, scheduler } = this.ports;
    const delayMs = () => random.logInt(ROUND_TRIP_MS.from, ROUND_TRIP_MS.to);
    if (this.isFailing()) return this.#reject(delayMs(), "store away");
    return new Promise((resolve, reject) => {
      scheduler.after(delayMs(), () => {
        const outcome = attempt(act);
        scheduler.after(delayMs(), () => {
          if (!this.life.isAlive) return;
          if (outcome.ok) resolve(outcome.value);
          else reject(outcome.error);
        });
      });
    });
  }

  #reject(delayMs: number, why: string): Promise<never> {
    return new Promise((_, reject) => {
      this.ports.scheduler.after(delayMs, () => this.life.isAlive && reject(new Error(why)));
    });
  }
}

type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

function attempt<T>(act: () => T): Attempt<T> {
  try {
    return { ok: true, value: act() };
  } catch (error) {
    return { ok: false, error };
  }
}
