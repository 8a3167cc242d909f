import type { Id } from "../../../core/ids.ts";
import { firstSeq } from "../../../core/tao/log.ts";
import { RememberingStore } from "../../../core/tao/leader-memory.ts";
import type {
  AssocKey,
  Commit,
  GraphStore,
  ListKey,
  PlanKeys,
  PlanRows,
  PrefixQuery,
  RangeQuery,
} from "../../../core/tao/store.ts";
import type { Version } from "../../../core/tao/version.ts";
import { Tables } from "../../../sim/tables.ts";

/** What became visible, in order: state n is what n commits add up to. */
export class History {
  readonly #commits: Commit[] = [];
  readonly #states: Tables[] = [new Tables()];
  /** The newest state that the leader was told of: nothing older may be answered any more. */
  learned = 0;

  get visible(): number {
    return this.#commits.length;
  }

  get now(): Tables {
    return this.at(this.visible);
  }

  at(index: number): Tables {
    const state = this.#states[index];
    if (state === undefined) throw new Error(`no state ${index}`);
    return state;
  }

  take(commit: Commit): void {
    this.#commits.push(commit);
    const next = new Tables();
    for (const past of this.#commits) next.take({ head: past.head, commit: past });
    this.#states.push(next);
  }
}

/** Everything that can run has run. */
export const drained = (): Promise<void> => new Promise((go) => setImmediate(go));

export type Fault = "fails" | "refuses commits" | "loses replies";

/**
 * A store far away: every call waits until `turn` lets it act, and again until its answer
 * arrives. A commit whose reply is lost is shown from some later `head()` on.
 */
export class FarStore implements GraphStore {
  readonly history = new History();
  readonly sent: string[] = [];
  fault: Fault | null = null;
  readonly #waiting: { readonly name: string; readonly go: () => void }[] = [];
  readonly wrong: string[] = [];
  /** Durable, and shown from the last of so many looks at the head on. */
  #lost: { readonly commit: Commit; looks: number } | null = null;
  #losses = 0;

  /** Lets one call go on. */
  turn(pick: number): void {
    const [call] = this.#waiting.splice(pick % Math.max(1, this.#waiting.length), 1);
    call?.go();
  }

  /** Lets the oldest call of this name go on. */
  async step(name: string): Promise<void> {
    const place = this.#waiting.findIndex((call) => call.name === name);
    if (place < 0) throw new Error(`no ${name} is waiting`);
    this.turn(place);
    await drained();
  }

  #pause = (name: string): Promise<void> =>
    new Promise((go) => {
      this.#waiting.push({ name, go });
    });

  async #call<T>(name: string, act: () => T): Promise<T> {
    this.sent.push(name);
    await this.#pause(name);
    if (this.fault === "fails") throw new Error("the store is away");
    const answer = act();
    await this.#pause(name);
    return answer;
  }

  async head(): Promise<Version> {
    return this.#call("head", () => {
      if (this.#lost !== null && --this.#lost.looks <= 0) {
        this.history.take(this.#lost.commit);
        this.#lost = null;
      }
      return this.history.now.head;
    });
  }

  async commit(commit: Commit): Promise<void> {
    const { fault } = this;
    await this.#pause("commit");
    if (fault === "refuses commits" || this.#lost !== null) throw new Error("refused");
    const first = commit.records[0];
    const { seq } = this.history.now.head;
    if (first !== undefined && firstSeq(first) !== seq + 1) throw new Error("log collision");
    // In a log, a group without records collides with nothing.
    if (first === undefined && commit.head.seq !== seq) this.wrong.push("the head was turned back");
    if (fault === "loses replies") {
      this.#lost = { commit, looks: 1 + (this.#losses++ % 3) };
      throw new Error("no reply");
    }
    await this.#pause("commit");
    this.history.take(commit);
  }

  planRows = (keys: PlanKeys) => this.#call("planRows", () => this.history.now.planRows(keys));
  objects = (ids: readonly Id[]) => this.#call("objects", () => this.history.now.objects(ids));
  assocs = (keys: readonly AssocKey[]) => this.#call("assocs", () => this.history.now.assocs(keys));
  lists = (keys: readonly ListKey[]) => this.#call("lists", () => this.history.now.lists(keys));
  ranges = (queries: readonly RangeQuery[]) =>
    this.#call("ranges", () => queries.map((query) => this.history.now.range(query)));
  prefixes = (queries: readonly PrefixQuery[]) =>
    this.#call("prefixes", () => queries.map((query) => this.history.now.prefix(query)));

  logAfter = () => Promise.reject(new Error("not asked here"));
  trim = async () => undefined;
  intents = async () => [];
  dropIntents = async () => undefined;
  intentCount = async () => 0;
  followers = async () => [];
  addFollower = async () => undefined;
  dropFollower = async () => undefined;
}

/** The memory under test, which notes what its leader was told, and checks what groups are planned on. */
export class WatchedMemory extends RememberingStore {
  readonly #history: History;
  readonly wrong: string[] = [];

  constructor(store: FarStore, ports: ConstructorParameters<typeof RememberingStore>[1]) {
    super(store, ports);
    this.#history = store.history;
  }

  override async head(): Promise<Version> {
    const head = await super.head();
    // The very object: a group that logs nothing leaves the same version.
    while (this.#history.at(this.#history.learned).head !== head) this.#history.learned++;
    return head;
  }

  override async commit(commit: Commit): Promise<void> {
    await super.commit(commit);
    this.#history.learned = this.#history.visible;
  }

  override async planRows(keys: PlanKeys): Promise<PlanRows> {
    const before = this.#history.learned;
    const rows = await super.planRows(keys);
    if (before !== this.#history.visible) return rows;
    const expected = this.#history.now.planRows(keys);
    if (planText(rows) !== planText(expected))
      this.wrong.push(`plan ${planText(rows)}, not ${planText(expected)}`);
    return rows;
  }
}

export const text = (value: unknown): string =>
  JSON.stringify(value, (_, cell: unknown) => (typeof cell === "bigint" ? cell.toString() : cell));

/** The same for the same rows, in whatever order. */
const planText = (rows: PlanRows): string =>
  Object.entries(rows)
    .map(([kind, part]) => `${kind} ${[...part].map(text).toSorted().join()}`)
    .join("; ");
