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
import { type Fault, FarStore, text, WatchedMemory } from "./leader-memory-world.ts";

const TYPES = [ASSOC.mutes, ASSOC.follows];
const FAULTS: readonly (Fault | null)[] = [null, null, "fails", "refuses commits", "loses replies"];
const nat = fc.nat(1_000);
const of = <T extends string>(what: T, weight: number) => ({
  weight,
  arbitrary: fc.record({ what: fc.constant(what), a: nat, b: nat, c: nat }),
});
const step = fc.oneof(
  of("turn", 10),
  of("read", 5),
  of("write", 3),
  of("receive", 1),
  of("learn", 1),
  of("fault", 1),
  of("time", 1),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One read of the store, and what it should say in a given state. */
interface Question {
  ask(store: WatchedMemory): Promise<unknown>;
  expected(state: Tables): unknown;
}

function question(ids: readonly Id[], { a, b, c }: Step): Question {
  const id1 = ids[b % 4] ?? HERE_ID;
  const list = { id1, atype: TYPES[c % 2] ?? ASSOC.mutes };
  const limit = [0, 1, 3, 80][a % 4] ?? 0;
  const after = c % 3 === 0 ? null : { timeMs: c % 5, id2: ids[b % ids.length] ?? HERE_ID };
  const times = c % 5 === 0 ? { highMs: 3, lowMs: 1 } : {};
  const range = { ...list, after, limit: limit + 1, ...times };
  const prefix = { ...list, limit };
  const key = { ...list, id2: ids[c % ids.length] ?? HERE_ID };
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

  constructor(bytesMax: number) {
    this.memory = new WatchedMemory(this.store, { clock: this.clock, bytesMax });
  }

  async begin(): Promise<void> {
    const made = Scribe.of(this.memory).then(async (scribe) => {
      this.ids = [...(await scribe.users(4)), there(1), there(2)];
      this.#scribe = scribe;
    });
    this.#track(made);
    await this.settle();
  }

  async act(step: Step): Promise<void> {
    const { what, a, b, c } = step;
    if (what === "turn") this.store.turn(a);
    else if (what === "fault") this.store.fault = FAULTS[a % FAULTS.length] ?? null;
    else if (what === "time") this.clock.advance(a % 3 === 0 ? LIMITS.leaderTtlMs : 1);
    else if (what === "learn") this.#track(this.memory.head());
    else if (what === "read") this.#read(question(this.ids, step));
    else if (what === "write") this.#write([{ writes: [this.#writeOf(a, b, c)] }], false);
    else this.#write([], true);
    await drained();
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
    const checked = ask(this.memory).then((answer) => {
      const states = Array.from({ length: history.visible - from + 1 }, (_, n) =>
        history.at(from + n),
      );
      if (states.some((state) => text(expected(state)) === text(answer))) return;
      this.wrong.push(
        `${text(answer)}, not ${states.map((state) => text(expected(state))).join(" or ")}`,
      );
    });
    this.#track(checked);
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
    const [id1, id2] = [this.ids[this.#sources % 4], this.ids[5]];
    if (id1 === undefined || id2 === undefined) throw new Error("no ids");
    const source = { epoch: 1, seq: ++this.#sources };
    const edge = this.#sources % 3 === 0 ? null : { timeMs: this.#sources % 5, data: "" };
    return scribe.inverses([{ source, id1, atype: ASSOC.followedBy, id2, edge }]);
  }

  #writeOf(a: number, b: number, c: number): Write {
    const [id1, id2] = [this.ids[b % 4], this.ids[c % this.ids.length]];
    if (id1 === undefined || id2 === undefined) throw new Error("no ids");
    const atype = TYPES[b % 2] ?? ASSOC.mutes;
    if (a % 9 === 0) return { op: "objAdd", otype: 1, shard: HERE, data: userData("new") };
    if (a % 9 === 1) return { op: "objUpdate", id: id1, patch: JSON.stringify({ name: `n${c}` }) };
    if (a % 9 === 2) return { op: "objDelete", id: id1 };
    if (a % 9 < 5) return { op: "assocDelete", id1, atype, id2 };
    return { op: "assocAdd", id1, atype, id2, timeMs: c % 5, data: "" };
  }

  #track(work: Promise<unknown>): void {
    const done = work.catch(() => null).finally(() => this.#open.delete(done));
    this.#open.add(done);
  }
}

/** Everything that can run has run. */
const drained = (): Promise<void> => new Promise((go) => setImmediate(go));

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
    fc.array(step, { minLength: 30, maxLength: 120 }),
    budgets,
    async (steps, bytesMax) => {
      const run = new Run(bytesMax);
      await run.begin();
      for (const item of steps) await run.act(item);
      await run.settle();
      for (let b = 0; b < 4; b++)
        for (let a = 0; a < 20; a++)
          for (let c = 0; c < 6; c++) await run.act({ what: "read", a, b, c });
      await run.settle();
      expect([...run.wrong, ...run.memory.wrong]).toEqual([]);
      const { hits, coalesced, plansFromMemory, evictions } = run.memory.stats();
      const more = { hits, coalesced, plansFromMemory, evictions, lost: run.lost };
      for (const key of KEYS) reached[key] += more[key];
    },
  );
  await fc.assert(property, { numRuns: 60 });
  expect(Math.min(...Object.values(reached)), JSON.stringify(reached)).toBeGreaterThan(0);
});

const KEYS = ["hits", "coalesced", "plansFromMemory", "evictions", "lost"] as const;
