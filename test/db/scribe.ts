import { type Id, type LogicalShard, logicalShard, shardOf } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { planGroup, type GroupRequest } from "../../core/tao/group.ts";
import { planKeys } from "../../core/tao/plan-keys.ts";
import type { InverseWrite } from "../../core/tao/service.ts";
import type { Commit, GraphStore, PlanKeys } from "../../core/tao/store.ts";
import type { Write } from "../../core/tao/types.ts";
import type { Version } from "../../core/tao/version.ts";

/** The shard under test has the even logical shards, its neighbour the odd ones. */
export const SELF = 0;
export const NEIGHBOUR = 1;
/** High enough that every id is above 2^53. */
export const HERE: LogicalShard = logicalShard(900_000);
export const THERE: LogicalShard = logicalShard(900_001);
export const START_MS = 1_790_000_000_000;

export const userData = (name: string): string =>
  JSON.stringify({ handle: "someone", name, bio: "", avatar: null, createdAtMs: 1 });

/** The n-th id of the neighbour. */
export const there = (n: number): Id => ((BigInt(THERE) << 43n) + BigInt(n)) as Id;

export const follow = (id1: Id, id2: Id, timeMs: number): Write => ({
  op: "assocAdd",
  id1,
  atype: ASSOC.follows,
  id2,
  timeMs,
  data: "",
});

export interface Asked {
  readonly writes: readonly Write[];
  readonly opId?: string;
}

/** Plans and commits groups as a leader does, and remembers what it committed. */
export class Scribe {
  readonly store: GraphStore;
  readonly commits: Commit[] = [];
  head: Version;
  nowMs = START_MS;

  constructor(store: GraphStore, head: Version) {
    this.store = store;
    this.head = head;
  }

  static async of(store: GraphStore): Promise<Scribe> {
    return new Scribe(store, await store.head());
  }

  /** One group of these requests. @returns the ids each of them wrote; null for one that failed. */
  async group(asked: readonly Asked[]): Promise<readonly (readonly Id[] | null)[]> {
    const answers = await this.#commit(
      asked.map(({ writes, opId }) => ({ kind: "write", request: { writes, opId: opId ?? null } })),
    );
    return answers.map((answer) => (answer.ok ? answer.value.results.map(({ id }) => id) : null));
  }

  async write(writes: readonly Write[], opId?: string): Promise<readonly Id[]> {
    const [ids] = await this.group([opId === undefined ? { writes } : { writes, opId }]);
    if (ids === null || ids === undefined) throw new Error("the write was refused");
    return ids;
  }

  async users(count: number): Promise<readonly Id[]> {
    const writes = Array.from({ length: count }, (_, n): Write => ({
      op: "objAdd",
      otype: 1,
      shard: HERE,
      data: userData(`user ${n}`),
    }));
    return this.write(writes);
  }

  async inverses(inverses: readonly InverseWrite[]): Promise<void> {
    await this.#commit([{ kind: "inverse", batch: { from: NEIGHBOUR, inverses } }]);
  }

  async #commit(requests: readonly GroupRequest[]) {
    const keys = planKeys(
      requests.flatMap((item) => (item.kind === "write" ? [item.request] : [])),
      requests.flatMap((item) => (item.kind === "inverse" ? [item.batch] : [])),
    );
    const rows = await this.store.planRows(keys);
    const home = (id: Id) => shardOf(id) % 2;
    const context = { self: SELF, home, nowMs: this.nowMs };
    const { answers, commit } = planGroup(this.head, rows, requests, context);
    if (commit !== null) {
      await this.store.commit(commit);
      this.commits.push(commit);
      this.head = commit.head;
    }
    return answers;
  }
}

/** Keys of a group that asks for nothing. */
export const NOTHING: PlanKeys = {
  objects: [],
  assocs: [],
  lists: [],
  opIds: [],
  idShards: [],
  sources: [],
};

export const newUser: Write = { op: "objAdd", otype: 1, shard: HERE, data: userData("new") };
