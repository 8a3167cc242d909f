import fc from "fast-check";
import type { ExpectStatic } from "vitest";

import type { Id } from "../../core/ids.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import type { GraphStore, PlanKeys } from "../../core/tao/store.ts";
import type { Write } from "../../core/tao/types.ts";
import { MemoryStore } from "../fakes/memory-store.ts";
import type { StoreDriver } from "./graph-store-contract.ts";
import { HERE, NEIGHBOUR, Scribe, SELF, there, userData } from "./scribe.ts";

const TYPES = [ASSOC.follows, ASSOC.followedBy, ASSOC.mutes, ASSOC.likes, ASSOC.likedBy];
const WRITABLE = [ASSOC.follows, ASSOC.mutes, ASSOC.likes];
const OPS = ["a", "b", "c"];
const AWAY = [1, 2].map(there);

const slot = fc.nat(5);
const atype = fc.constantFrom(...WRITABLE);
const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("add"), atype, a: slot, b: slot, t: fc.nat(4) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("remove"), atype, a: slot, b: slot, t: slot }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("rename"), atype, a: slot, b: slot, t: slot }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("erase"), atype, a: slot, b: slot, t: slot }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("create"), atype, a: slot, b: slot, t: slot }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;
const request = fc.record({
  commands: fc.array(command, { minLength: 1, maxLength: 4 }),
  opId: fc.option(fc.constantFrom(...OPS), { nil: undefined }),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.array(request, { minLength: 1, maxLength: 3 }) },
  { weight: 4, arbitrary: fc.constant("tables" as const) },
  { weight: 1, arbitrary: fc.constant("reopen" as const) },
  { weight: 1, arbitrary: fc.constant("deliver" as const) },
  { weight: 1, arbitrary: fc.constant("receive" as const) },
);

/**
 * The same commits on the store and on one in maps: after every step both must say the same.
 * @returns how often each kind of step was reached.
 */
export async function comparesWithMemory(
  driver: StoreDriver,
  expect: ExpectStatic,
): Promise<Readonly<Record<string, number>>> {
  const reached = { groups: 0, tables: 0, reopens: 0 };
  const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), (steps) =>
    driver.run(async ({ store, reopen }) => {
      const memory = new MemoryStore();
      let scribe = await Scribe.of(store);
      const ids = [...(await scribe.users(4)), ...AWAY];
      let copied = 0;
      for (const [index, item] of steps.entries()) {
        scribe.nowMs += 1;
        const { store: now } = scribe;
        if (item === "tables") {
          reached.tables++;
          await now.trim(0, 0);
        } else if (item === "reopen") {
          reached.reopens++;
          const next = new Scribe(await reopen(), scribe.head);
          next.commits.push(...scribe.commits);
          next.nowMs = scribe.nowMs;
          scribe = next;
          expect(await scribe.store.head()).toEqual(scribe.head);
        } else if (item === "deliver") {
          const first = (await now.intents(1))[0]?.inverse.source ?? scribe.head;
          await now.dropIntents(NEIGHBOUR, first);
          await replayed();
          await memory.dropIntents(NEIGHBOUR, first);
        } else if (item === "receive") {
          const [id1 = AWAY[0], id2 = AWAY[1]] = [ids[index % 4], AWAY[index % 2]];
          if (id1 === undefined || id2 === undefined) continue;
          const edge = index % 3 === 0 ? null : { timeMs: index, data: "" };
          const source = { epoch: 1, seq: index + 1 };
          await scribe.inverses([{ source, id1, atype: ASSOC.followedBy, id2, edge }]);
        } else {
          reached.groups++;
          await scribe.group(item.map(({ commands, opId }) => asked(commands, opId, ids)));
        }
        await replayed();
        expect(await everything(scribe.store, ids)).toEqual(await everything(memory, ids));
      }

      async function replayed(): Promise<void> {
        for (; copied < scribe.commits.length; copied++) {
          const commit = scribe.commits[copied];
          if (commit !== undefined) await memory.commit(commit);
        }
      }
    }),
  );
  await fc.assert(property, { numRuns: driver.runs });
  return reached;
}

const asked = (commands: readonly Command[], opId: string | undefined, ids: readonly Id[]) => {
  const writes = commands.map((one) => toWrite(one, ids));
  return opId === undefined ? { writes } : { writes, opId };
};

function toWrite({ do: verb, atype: type, a, b, t }: Command, ids: readonly Id[]): Write {
  // Only ids of this shard come first; the others are ends of edges.
  const [id1, id2] = [ids[a % 4] ?? ids[0], ids[b] ?? ids[0]];
  if (id1 === undefined || id2 === undefined) throw new Error("no ids");
  switch (verb) {
    case "add":
      return { op: "assocAdd", id1, atype: type, id2, timeMs: t, data: "" };
    case "remove":
      return { op: "assocDelete", id1, atype: type, id2 };
    case "rename":
      return { op: "objUpdate", id: id1, patch: JSON.stringify({ name: `n${t}` }) };
    case "erase":
      return { op: "objDelete", id: id1 };
    default:
      return { op: "objAdd", otype: 1, shard: HERE, data: userData(`n${t}`) };
  }
}

/** All that a store can be asked, in one comparable value. */
async function everything(store: GraphStore, ids: readonly Id[]): Promise<unknown> {
  const lists = ids.flatMap((id1) => TYPES.map((type) => ({ id1, atype: type })));
  const edges = lists.flatMap((list) => ids.map((id2) => ({ ...list, id2 })));
  const keys: PlanKeys = {
    objects: ids,
    assocs: edges,
    lists,
    opIds: OPS,
    idShards: [HERE],
    sources: [SELF, NEIGHBOUR],
  };
  const ranges = lists.flatMap((list) => [
    { ...list, after: null, limit: 3 },
    { ...list, after: { timeMs: 2, id2: ids[2] ?? HERE_ID }, limit: 2, lowMs: 1 },
    { ...list, after: null, limit: 9, highMs: 3, lowMs: 1 },
  ]);
  const plan = await store.planRows(keys);
  return {
    plan: { ...plan, ...sortedAll(plan), lastIds: [...plan.lastIds] },
    objects: sorted(await store.objects(ids)),
    assocs: sorted(await store.assocs(edges)),
    lists: sorted(await store.lists(lists)),
    ranges: await store.ranges(ranges),
    prefixes: await store.prefixes(lists.map((list, place) => ({ ...list, limit: place % 4 }))),
    log: [
      await store.logAfter({ epoch: 1, seq: 0 }, 1_000),
      await store.logAfter({ epoch: 1, seq: 4 }, 2),
    ],
    intents: [await store.intents(100), await store.intentCount()],
  };
}

const HERE_ID = (BigInt(HERE) << 43n) as Id;

const sortedAll = (plan: Awaited<ReturnType<GraphStore["planRows"]>>) => ({
  objects: sorted(plan.objects),
  assocs: sorted(plan.assocs),
  lists: sorted(plan.lists),
  ops: sorted(plan.ops),
  sources: sorted(plan.sources),
});

const text = (value: unknown): string =>
  JSON.stringify(value, (_, cell: unknown) => (typeof cell === "bigint" ? cell.toString() : cell));

const sorted = <T>(rows: readonly T[]): T[] =>
  rows.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
