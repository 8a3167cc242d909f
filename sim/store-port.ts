import type { PhysicalShard } from "../core/tao/shard-map.ts";
import type {
  AssocKey,
  Commit,
  GraphStore,
  ListKey,
  PlanKeys,
  RangeQuery,
} from "../core/tao/store.ts";
import type { Version } from "../core/tao/version.ts";
import type { Id } from "../core/ids.ts";
import type { Life, SimPorts } from "./network.ts";
import type { Tables } from "./tables.ts";

/**
 * `embedded`: inside the object; works at once, as SQLite there does, or throws.
 * `remote`: over a network; works later, loses replies, and may commit after the caller gave up.
 */
export type StoreKind = "embedded" | "remote";

/** What one shard's database is like right now. */
export interface StoreState {
  readonly kind: StoreKind;
  readonly tables: Tables;
  /** Away until then, Unix ms. */
  awayUntilMs: number;
  readonly committed: (commit: Commit) => void;
}

const REMOTE_MS = { from: 1, to: 40 };
const LATE_MS = { from: 50, to: 5_000 };

/** The store as one life of a leader reaches it. */
export class StorePort implements GraphStore {
  readonly #life: Life;
  readonly #state: StoreState;
  readonly #ports: SimPorts;

  constructor(life: Life, state: StoreState, ports: SimPorts) {
    this.#life = life;
    this.#state = state;
    this.#ports = ports;
  }

  head = () => this.#call((tables) => tables.head);
  planRows = (keys: PlanKeys) => this.#call((tables) => tables.planRows(keys));
  objects = (ids: readonly Id[]) => this.#call((tables) => tables.objects(ids));
  assocs = (keys: readonly AssocKey[]) => this.#call((tables) => tables.assocs(keys));
  lists = (keys: readonly ListKey[]) => this.#call((tables) => tables.lists(keys));
  ranges = (queries: readonly RangeQuery[]) =>
    this.#call((tables) => queries.map((query) => tables.range(query)));
  intents = (limit: number) => this.#call((tables) => tables.intents(limit));
  intentCount = () => this.#call((tables) => tables.intentCount());
  followers = () => this.#call((tables): readonly string[] => [...tables.followers]);
  dropIntents = (target: PhysicalShard, upTo: Version) =>
    this.#call((tables) => tables.dropIntents(target, upTo));
  addFollower = (name: string) => this.#call((tables) => void tables.followers.add(name));
  dropFollower = (name: string) => this.#call((tables) => void tables.followers.delete(name));
  trim = (logMs: number, opsMs: number) => this.#call((tables) => tables.trim(logMs, opsMs));

  logAfter = (after: Version, limit: number) =>
    this.#call((tables) => {
      // A store may trim by size at any time: whoever is behind must start over.
      if (this.#ports.random.chance(this.#ports.faults().trim)) {
        tables.trim(Number.POSITIVE_INFINITY, 0);
        this.#ports.tally.count("log trimmed");
      }
      return tables.logAfter(after, limit);
    });

  commit = (commit: Commit): Promise<void> => {
    const { random, tally, scheduler } = this.#ports;
    const faults = this.#ports.faults();
    const act = (tables: Tables) => {
      try {
        tables.commit(commit);
      } catch (error) {
        tally.count("commits collided");
        throw error;
      }
      this.#state.committed(commit);
      if (commit.records.length > 1) tally.count("group commits of several");
      if (random.chance(faults.crash)) scheduler.after(random.int(0, 60), () => this.#crash?.());
    };
    if (random.chance(faults.commitLate)) {
      tally.count("commits late");
      scheduler.after(random.logInt(LATE_MS.from, LATE_MS.to), () => {
        // The next leader's marker row will take a dead one's place in the log; there is none yet.
        if (!this.#life.isAlive) return;
        try {
          act(this.#state.tables);
        } catch {
          // Its place in the log is taken: the late commit fails whole, and nobody waits for it.
        }
      });
      return this.#reject(random.int(1, LATE_MS.from), "timed out");
    }
    if (random.chance(faults.commitReplyLost)) {
      tally.count("commit replies lost");
      return this.#call(act).then(() => this.#reject(0, "reply lost"));
    }
    return this.#call(act, "at once");
  };

  /** Set by the host: ends this life. */
  #crash: (() => void) | null = null;
  onCrash(crash: () => void): void {
    this.#crash = crash;
  }

  /**
   * @param answer `at once`: what it changes is seen no sooner than its answer arrives. A remote
   * driver reads its tables under what it was told is committed, so it sees no commit before.
   */
  #call<T>(act: (tables: Tables) => T, answer: "later" | "at once" = "later"): Promise<T> {
    const { random, tally, scheduler } = this.#ports;
    const isAway = this.#state.awayUntilMs > scheduler.nowMs();
    const fails = isAway || random.chance(this.#ports.faults().storeFails);
    if (fails) tally.count("store calls failed");
    if (this.#state.kind === "embedded") {
      return fails ? Promise.reject(new Error("store away")) : this.#now(act);
    }
    const delayMs = () => random.logInt(REMOTE_MS.from, REMOTE_MS.to);
    if (fails) return this.#reject(delayMs(), "store away");
    return new Promise((resolve, reject) => {
      scheduler.after(delayMs(), () => {
        const outcome = attempt(() => act(this.#state.tables));
        const settle = () => {
          if (!this.#life.isAlive) return;
          if (outcome.ok) resolve(outcome.value);
          else reject(outcome.error);
        };
        if (answer === "at once") settle();
        else scheduler.after(delayMs(), settle);
      });
    });
  }

  async #now<T>(act: (tables: Tables) => T): Promise<T> {
    return act(this.#state.tables);
  }

  #reject(delayMs: number, why: string): Promise<never> {
    return new Promise((_, reject) => {
      this.#ports.scheduler.after(delayMs, () => this.#life.isAlive && reject(new Error(why)));
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
