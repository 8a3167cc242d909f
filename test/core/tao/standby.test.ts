import fc from "fast-check";
import { describe, it } from "vitest";

import { followEdge } from "../../../core/feed/writes.ts";
import type { LogConsumer } from "../../../core/tao/log-consumers.ts";
import type { LogGroup } from "../../../core/tao/log-group.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { Standby } from "../../../core/tao/standby.ts";
import { GraphWorld } from "../../fakes/graph-world.ts";
import { LoggedStore } from "../../fakes/logged-store.ts";

/** Two shards; the first has a durable consumer. */
async function worldWith(consumer: LogConsumer) {
  const world = await GraphWorld.create(2);
  const store = new LoggedStore();
  world.stores[0] = store;
  world.consumersOf = () => ({ log: store, consumers: [consumer] });
  await world.restartLeader(0);
  return { world, store };
}

const consumerOf = (standby: Standby): LogConsumer => ({
  name: "standby",
  deliver: (groups) => standby.apply(groups),
  startOver: () => standby.apply([]),
});

describe("a durable consumer", () => {
  it("gets every group once it is reachable, and its cursor moves only then", async ({
    expect,
  }) => {
    const seen: LogGroup[] = [];
    let isAway = true;
    const { world, store } = await worldWith({
      name: "archive",
      deliver: async (groups) => {
        if (isAway) throw new Error("away");
        seen.push(...groups);
        return groups.at(-1)?.head ?? { epoch: 1, seq: 0 };
      },
      startOver: async (head) => head,
    });
    await world.addUser(0);
    await world.addUser(0);
    await world.idle();
    expect([seen, store.cursors.size, world.reports]).toEqual([
      [],
      0,
      expect.arrayContaining(["consumer_failed"]),
    ]);

    isAway = false;
    await world.ringAlarms();
    expect(seen.map(({ head }) => head.seq)).toEqual([1, 2]);
    expect(store.cursors.get("archive")).toEqual({ epoch: 1, seq: 2 });

    // A new leader goes on from the cursor.
    await world.restartLeader(0);
    await world.addUser(0);
    await world.idle();
    expect(seen.map(({ head }) => head.seq)).toEqual([1, 2, 3]);
  });

  it("gets again what it did not finish", async ({ expect }) => {
    const asked: number[] = [];
    let isAway = true;
    const { world } = await worldWith({
      name: "slow",
      deliver: async (groups) => {
        if (isAway) throw new Error("away");
        asked.push(groups.length);
        return groups[0]?.head ?? never();
      },
      startOver: async (head) => head,
    });
    for (let n = 0; n < 4; n++) await world.addUser(0);
    await world.idle();
    isAway = false;
    await world.ringAlarms();
    expect(asked).toEqual([4, 3, 2, 1]);
  });

  it("is told to start over when the log does not reach back to it", async ({ expect }) => {
    const told: unknown[] = [];
    const { world, store } = await worldWith({
      name: "archive",
      deliver: async (groups) => groups.at(-1)?.head ?? { epoch: 1, seq: 0 },
      startOver: async (head) => {
        told.push(head);
        return head;
      },
    });
    store.cursors.set("archive", { epoch: 1, seq: 40 });
    await world.addUser(0);
    await world.idle();
    expect(told).toEqual([]); // Ahead of the log is not behind it.
    store.cursors.set("archive", { epoch: 0, seq: 40 });
    await world.restartLeader(0);
    await world.addUser(0);
    await world.idle();
    expect(told).toEqual([{ epoch: 1, seq: 2 }]);
    expect(store.cursors.get("archive")).toEqual({ epoch: 1, seq: 2 });
  });
});

describe("a standby", () => {
  it("ends as its leader's store is, through lost, repeated and reordered messages", async ({
    expect,
  }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ who: fc.nat(2), whom: fc.nat(3), on: fc.boolean() }), {
          minLength: 5,
          maxLength: 25,
        }),
        fc.infiniteStream(fc.nat(9)),
        async (steps, dice) => {
          const copy = new LoggedStore();
          const standby = new Standby(copy);
          const sent: (readonly LogGroup[])[] = [];
          const roll = () => dice.next().value;
          const { world, store } = await worldWith({
            ...consumerOf(standby),
            deliver: async (groups) => {
              sent.push(groups);
              if (roll() < 3) throw new Error("lost");
              if (roll() < 3) await standby.apply(sent[roll() % sent.length] ?? []);
              if (roll() < 3) await standby.apply(groups.slice(1));
              const at = await standby.apply(groups);
              if (roll() < 3) throw new Error("answer lost");
              return at;
            },
          });
          const ids = [await world.addUser(0), await world.addUser(0), await world.addUser(0)];
          const other = await world.addUser(1);
          let epoch = 1;
          for (const [n, { who, whom, on }] of steps.entries()) {
            const id1 = ids[who] ?? other;
            const id2 = [...ids, other][whom] ?? other;
            const edge = followEdge(id1, id2, n);
            const write = on
              ? edge
              : ({ op: "assocDelete", id1, atype: ASSOC.follows, id2 } as const);
            await world.leader(0).write({ writes: [write], opId: `op ${n}` });
            if (roll() > 0) continue;
            const next = ++epoch;
            world.lease = {
              lease: async () => ({
                ok: true,
                value: { epoch: next, fromMs: 0, untilMs: Infinity },
              }),
            };
            await world.restartLeader(0);
          }
          await world.addUser(0, "last");
          await world.ringAlarms();
          expect(await copy.head()).toEqual(await store.head());
          const keys = {
            objects: ids,
            assocs: ids.flatMap((id1) =>
              [...ids, other].map((id2) => ({ id1, atype: ASSOC.follows, id2 })),
            ),
            lists: ids.flatMap((id1) =>
              [ASSOC.follows, ASSOC.followedBy].map((atype) => ({ id1, atype })),
            ),
            opIds: steps.map((_, n) => `op ${n}`),
            idShards: [],
            sources: [1],
          };
          expect(await copy.planRows(keys)).toEqual(await store.planRows(keys));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("takes whole groups in order, skips what it has, and stops at a gap", async ({ expect }) => {
    const { world, store } = await worldWith(consumerOf(new Standby(new LoggedStore())));
    for (let n = 0; n < 3; n++) await world.addUser(0);
    const [first, second, third] = store.groups;
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("no groups");
    const standby = new Standby(new LoggedStore());
    expect(await standby.apply([second, third])).toEqual({ epoch: 1, seq: 0 });
    expect(await standby.apply([first, third])).toEqual({ epoch: 1, seq: 1 });
    const both = await Promise.all([
      standby.apply([first, second]),
      standby.apply([second, third]),
    ]);
    expect(both).toEqual([second.head, third.head]);
  });

  it("once promoted fits nothing that its old leader still sends", async ({ expect }) => {
    const copy = new LoggedStore();
    const standby = new Standby(copy);
    let isCut = false;
    const { world, store } = await worldWith({
      ...consumerOf(standby),
      deliver: (groups) => (isCut ? Promise.reject(new Error("cut off")) : standby.apply(groups)),
    });
    await world.addUser(0, "kept");
    await world.ringAlarms();
    isCut = true;
    await world.addUser(0, "lost");
    const promoted = await copy.open(2);
    expect(await promoted.head()).toEqual({ epoch: 2, seq: 1 });
    isCut = false;
    await world.ringAlarms();
    expect(await standby.apply(store.groups)).toEqual({ epoch: 2, seq: 1 });
    await expect(copy.append(store.groups[1] ?? never())).rejects.toThrow("does not fit");
    expect(copy.groups.map(({ head }) => head)).toEqual([
      { epoch: 1, seq: 1 },
      { epoch: 2, seq: 1 },
    ]);
  });
});

function never(): never {
  throw new Error("no such group");
}
