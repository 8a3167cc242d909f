import fc from "fast-check";
import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import { LIMITS } from "../../../core/limits.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { compareVersions } from "../../../core/tao/version.ts";
import type { Write } from "../../../core/tao/types.ts";
import { type Asked, HERE, Scribe, there, userData } from "../../db/scribe.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";
import type { Tables } from "../../../sim/tables.ts";
import { drained, type Fault, FarStore, text, WatchedMemory } from "./leader-memory-world.ts";

const TYPES = [ASSOC.mutes, ASSOC.follows];
const FAULTS: readonly (Fault | null)[] = [
  null,
  null,
  null,
  "fails",
  "refuses commits",
  "loses replies",
];
const nat = fc.nat(1_000);
const of = <T extends string>(what: T, weight: number) => ({
  weight,
  arbitrary: fc.record({ what: fc.constant(what), a: nat, b: nat, c: nat }),
});
const anyStep = fc.oneof(
  of("turn", 12),
  of("read", 6),
  of("write", 4),
  of("receive", 1),
  of("learn", 1),
  of("fault", 1),
  of("time", 1),
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** One read of the store, and what it should say in a given state. */
interface Question {
  ask(store: WatchedMemory): Promise<unknown>;
  expected(state: Tables): unknown;
}

function question(ids: readonly Id[], { a, b, c }: Step): Question {
  const id1 = ids[b % 2] ?? HERE_ID;
  const list = { id1, atype: TYPES[c % 2] ?? ASSOC.mutes };
  const limit = [0, 3, LONG - 30, LONG + 9][(a >> 3) % 4] ?? 0;
  const after = c % 3 === 0 ? null : { timeMs: c % 5, id2: ids[b % ids.length] ?? HERE_ID };
  const times = c % 5 === 0 ? { highMs: 3, lowMs: 1 } : {};
  const range = { ...list, after, limit: limit + 1, ...times };
  const prefix = { ...list, limit };
  const key = { ...list, id2: ids[c % 8] ?? there(10 + (c % LONG)) };
  switch (a % 5) {
    case 0:
      return { ask: (store) => store.objects([id1]), expected: (state) => state.objects([id1]) };
    case 1:
      return { ask: (store) => store.assocs([key]), expected: (state) => state.assocs([key]) };
    case 2:
      return { ask: (store) => store.lists([list]), expected: (state) => state.lists([list]) };
    case 3:
      return {
        ask: (store) => store.prefixes([prefix]),
        expected: (state) => [state.prefix(prefix)],
      };
    default:
      return { ask: (store) => store.ranges([range]), expected: (state) => [state.range(range)] };
  }
}

const HERE_ID = there(0);
/** Edges of the long list. */
const LONG = 2 * LIMITS.listPrefix;

class Run {
  readonly store = new FarStore();
  readonly clock = new ManualClock(1_000);
  readonly memory: WatchedMemory;
  readonly wrong: string[] = [];
  ids: readonly Id[] = [];
  lost = 0;
  #scribe: Scribe | null = null;
  #isWriting = false;
  #open = new Set<Promise<unknown>>();
  #sources = 0;
  #ops = 0;

  constructor(bytesMax: number) {
    this.memory = new WatchedMemory(this.store, { clock: this.clock, bytesMax });
  }

  async begin(): Promise<void> {
    this.#track(this.#populate());
    await this.settle();
  }

  /** Two users, one with a list that is longer than what is asked for at once. */
  async #populate(): Promise<void> {
    const scribe = await Scribe.of(this.memory);
    const users = await scribe.users(2);
    this.ids = [...users, there(1), there(2)];
    const [id1] = users;
    if (id1 === undefined) throw new Error("no users");
    const mutes = Array.from({ length: LONG }, (_, n): Write => ({
      op: "assocAdd",
      id1,
      atype: ASSOC.mutes,
      id2: there(10 + n),
      timeMs: n % 7,
      data: "",
    }));
    await scribe.write(mutes);
    this.#scribe = scribe;
  }

  async act(item: Step): Promise<void> {
    const { what, a, b, c } = item;
    if (what === "turn") await this.#turns(1 + (b % 4), a);
    else if (what === "fault") this.store.fault = FAULTS[a % FAULTS.length] ?? null;
    else if (what === "time") this.clock.advance(a % 3 === 0 ? LIMITS.leaderTtlMs : 1);
    else if (what === "learn") this.#track(this.memory.head());
    else if (what === "read") this.#read(question(this.ids, item));
    else if (what === "write")
      this.#write([{ writes: [this.#writeOf(a, b, c)], opId: `${++this.#ops}` }], false);
    else this.#write([], true);
    await drained();
  }

  async #turns(count: number, pick: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      this.store.turn(pick + n);
      await drained();
    }
  }

  /** Everything that is under way ends. */
  async settle(): Promise<void> {
    this.store.fault = null;
    await drained();
    while (this.#open.size > 0) {
      this.store.turn(0);
      await drained();
    }
  }

  #read({ ask, expected }: Question): void {
    const { history } = this.store;
    const from = history.learned;
    const check = async () => {
      const answer = text(await ask(this.memory));
      const states = Array.from({ length: history.visible - from + 1 }, (_, n) =>
        text(expected(history.at(from + n))),
      );
      if (!states.includes(answer)) this.wrong.push(`${answer}, not ${states.join(" or ")}`);
    };
    this.#track(check());
  }

  #write(asked: readonly Asked[], isInverse: boolean): void {
    const scribe = this.#scribe;
    if (this.#isWriting || scribe === null) return;
    this.#isWriting = true;
    const work = isInverse ? this.#receive(scribe) : scribe.group(asked);
    const done = work
      .catch(async () => {
        const head = await untilItAnswers(() => this.memory.head());
        if (compareVersions(head, scribe.head) > 0) this.lost++;
        scribe.head = head;
      })
      .finally(() => {
        this.#isWriting = false;
      });
    this.#track(done);
  }

  #receive(scribe: Scribe): Promise<void> {
    const [id1, id2] = [this.ids[this.#sources % 2], this.ids[3]];
    if (id1 === undefined || id2 === undefined) throw new Error("no ids");
    const source = { epoch: 1, seq: ++this.#sources };
    const edge = this.#sources % 3 === 0 ? null : { timeMs: this.#sources % 5, data: "" };
    return scribe.inverses([{ source, id1, atype: ASSOC.followedBy, id2, edge }]);
  }

  #writeOf(a: number, b: number, c: number): Write {
    const [id1, id2] = [this.ids[b % 2], this.#end(c)];
    if (id1 === undefined || id2 === undefined) throw new Error("no ids");
    const atype = TYPES[b % 2] ?? ASSOC.mutes;
    if (a % 9 === 0) return { op: "objAdd", otype: 1, shard: HERE, data: userData("new") };
    if (a % 9 === 1) return { op: "objUpdate", id: id1, patch: JSON.stringify({ name: `n${c}` }) };
    if (a % 9 === 2) return { op: "objDelete", id: id1 };
    if (a % 9 < 5) return { op: "assocDelete", id1, atype, id2 };
    return { op: "assocAdd", id1, atype, id2, timeMs: c % 5, data: "" };
  }

  /** Of an edge: one of a few, or of the long list's. */
  #end = (c: number): Id => this.ids[c % 8] ?? there(10 + (c % LONG));

  #track(work: Promise<unknown>): void {
    const done = work.catch(() => null).finally(() => this.#open.delete(done));
    this.#open.add(done);
  }
}

async function untilItAnswers<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await drained();
    }
  }
}

it("shows what the store showed between a call and its answer, whatever happens meanwhile", async ({
  expect,
}) => {
  const reached = { hits: 0, coalesced: 0, plansFromMemory: 0, evictions: 0, lost: 0 };
  const budgets = fc.constantFrom(1_000, 4_000, 1_000_000);
  const property = fc.asyncProperty(
    fc.array(anyStep, { maxLength: 400, size: "max" }),
    budgets,
    async (steps, bytesMax) => {
      const run = new Run(bytesMax);
      await run.begin();
      for (const item of steps) await run.act(item);
      await run.settle();
      for (let n = 0; n < 120; n++) {
        await run.act({ what: "read", a: n, b: n >> 2, c: n >> 1 });
        if (n % 10 === 9) await run.settle();
      }
      await run.settle();
      expect([...run.wrong, ...run.memory.wrong, ...run.store.wrong]).toEqual([]);
      const { hits, coalesced, plansFromMemory, evictions } = run.memory.stats();
      const more = { hits, coalesced, plansFromMemory, evictions, lost: run.lost };
      for (const key of KEYS) reached[key] += more[key];
    },
  );
  await fc.assert(property, { numRuns: 100 });
  expect(Math.min(...Object.values(reached)), JSON.stringify(reached)).toBeGreaterThan(0);
});

const KEYS = ["hits", "coalesced", "plansFromMemory", "evictions", "lost"] as const;
