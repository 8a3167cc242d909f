import type { Id } from "../core/ids.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import {
  type AssocKey,
  type Commit,
  type GraphStore,
  type ListKey,
  type PlanKeys,
  type PrefixQuery,
  type RangeQuery,
} from "../core/tao/store.ts";
import type { Version } from "../core/tao/version.ts";
import type { Database } from "./database.ts";
import type { Life, SimPorts } from "./network.ts";
import type { Tables } from "./tables.ts";

/** What a store does where it is; who opens it is up to `openStore`. */
export interface StorePorts extends SimPorts {
  /** Ends the life that opened the store. */
  readonly crash: () => void;
}

/** What both kinds of store share: reads of `tables`, faults, and what is not in the log. */
export abstract class StorePort implements GraphStore {
  protected readonly life: Life;
  protected readonly database: Database;
  protected readonly ports: StorePorts;
  protected abstract readonly tables: Tables;

  constructor(life: Life, database: Database, ports: StorePorts) {
    this.life = life;
    this.database = database;
    this.ports = ports;
  }

  abstract head(): Promise<Version>;
  abstract commit(commit: Commit): Promise<void>;
  /** Runs `act` now or later, or rejects. */
  protected abstract call<T>(act: () => T): Promise<T>;

  planRows = (keys: PlanKeys) => this.call(() => this.tables.planRows(keys));
  objects = (ids: readonly Id[]) => this.call(() => this.tables.objects(ids));
  assocs = (keys: readonly AssocKey[]) => this.call(() => this.tables.assocs(keys));
  lists = (keys: readonly ListKey[]) => this.call(() => this.tables.lists(keys));
  ranges = (queries: readonly RangeQuery[]) =>
    this.call(() => queries.map((query) => this.tables.range(query)));
  prefixes = (queries: readonly PrefixQuery[]) =>
    this.call(() => queries.map((query) => this.tables.prefix(query)));
  intents = (limit: number) => this.call(() => this.#waiting(limit));
  intentCount = () => this.call(() => this.#waiting(Number.POSITIVE_INFINITY).length);
  dropIntents = (target: PhysicalShard, upTo: Version) =>
    this.call(() => this.database.delivered(target, upTo));
  followers = () => this.call((): readonly string[] => [...this.database.followers]);
  addFollower = (name: string) => this.call(() => void this.database.followers.add(name));
  dropFollower = (name: string) => this.call(() => void this.database.followers.delete(name));
  cursor = (consumer: string) => this.call(() => this.database.cursors.get(consumer) ?? null);
  saveCursor = (consumer: string, at: Version) =>
    this.call(() => void this.database.cursors.set(consumer, at));
  trim = (logBeforeMs: number) => this.call(() => this.database.trim(logBeforeMs));

  logAfter = (after: Version, limit: number) =>
    this.call(() => {
      // A store may trim by size at any time: whoever is behind must start over.
      if (this.ports.random.chance(this.ports.faults().trim)) {
        this.database.trim(Number.POSITIVE_INFINITY);
        this.ports.tally.count("log trimmed");
      }
      return this.database.logAfter(after, this.tables.head, limit);
    });

  protected isFailing(): boolean {
    const { scheduler, random, faults, tally } = this.ports;
    const isAway = this.database.awayUntilMs > scheduler.nowMs();
    const fails = isAway || random.chance(faults().storeFails);
    if (fails) tally.count("store calls failed");
    return fails;
  }

  /** A group is durable; its leader may die before it hears of it. */
  protected committed({ records }: Commit): void {
    const { random, scheduler, faults, tally, crash } = this.ports;
    if (records.length > 1) tally.count("group commits of several");
    if (random.chance(faults().crash)) scheduler.after(random.int(0, 60), crash);
  }

  #waiting = (limit: number) => this.tables.intents(limit, this.database.deliveredTo);
}
