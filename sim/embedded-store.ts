import { assertFollows } from "../core/tao/log.ts";
import type { GroupLog } from "../core/tao/log-group.ts";
import { type Commit, DeposedError } from "../core/tao/store.ts";
import type { Version } from "../core/tao/version.ts";
import type { Database } from "./database.ts";
import type { Life } from "./network.ts";
import { StorePort, type StorePorts } from "./store-port.ts";

/** A store inside its object: works at once, as SQLite there does, or refuses and did nothing. */
export class EmbeddedStore extends StorePort implements GroupLog {
  readonly #writer: string;
  readonly #epoch: number;

  private constructor(life: Life, database: Database, epoch: number, ports: StorePorts) {
    super(life, database, ports);
    this.#writer = database.newWriter();
    this.#epoch = epoch;
  }

  /** @throws DeposedError when a newer epoch has begun. */
  static async open(
    life: Life,
    database: Database,
    epoch: number,
    ports: StorePorts,
  ): Promise<EmbeddedStore> {
    const store = new EmbeddedStore(life, database, epoch, ports);
    if (store.isFailing()) throw new Error("store away");
    if (database.head.epoch > epoch) throw new DeposedError("a newer epoch has begun");
    if (database.head.epoch < epoch) store.#append({ epoch, seq: database.head.seq }, null);
    return store;
  }

  protected get tables() {
    return this.database.tables;
  }

  groupsAfter = (after: Version, limit: number) =>
    this.call(() => this.database.groupsAfter(after, limit));

  head = (): Promise<Version> => this.call(() => this.tables.head);

  commit = (commit: Commit): Promise<void> =>
    this.call(() => {
      if (this.database.head.epoch !== this.#epoch) {
        this.ports.tally.count("deposed commits refused");
        throw new DeposedError("a newer epoch has begun");
      }
      assertFollows(commit, this.database.head);
      this.#append(commit.head, commit);
      this.committed(commit);
    });

  protected async call<T>(act: () => T): Promise<T> {
    if (this.isFailing()) throw new Error("store away");
    return act();
  }

  #append(head: Version, commit: Commit | null): void {
    this.database.append(this.database.rows.length, { writer: this.#writer, head, commit });
  }
}
