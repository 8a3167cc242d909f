import { describe, it } from "vitest";

import type { Id } from "../../core/ids.ts";
import type { GroupLog, LogGroup } from "../../core/tao/log-group.ts";
import { ASSOC } from "../../core/tao/registry.ts";
import { OpenedStandby, type OpenedStandbyPorts, Standby } from "../../core/tao/standby.ts";
import type { GraphStore } from "../../core/tao/store.ts";
import { follow, HERE, Scribe, START_MS, there, userData } from "./scribe.ts";

/** One empty shard that keeps groups, and another store for its standby, as long as `run` lasts. */
export interface GroupHarness {
  open(epoch: number): Promise<{ readonly store: GraphStore; readonly log: GroupLog }>;
  readonly copy: OpenedStandbyPorts;
}

export interface GroupDriver {
  readonly name: string;
  run(body: (harness: GroupHarness) => Promise<void>): Promise<void>;
}

const START = { epoch: 1, seq: 0 };
const ALL = 1_000;

/** A life with groups of several, writes that change nothing, inverses, restarts and two epochs. */
async function live({ open }: GroupHarness) {
  const first = await open(1);
  const scribe = await Scribe.of(first.store);
  const [a, b] = (await scribe.users(2)) as [Id, Id];
  await scribe.group([
    { writes: [follow(a, b, 5)], opId: "one" },
    { writes: [follow(b, a, 6), follow(a, there(1), 7)], opId: "two" },
  ]);
  const nothing = { op: "assocDelete", id1: b, atype: ASSOC.mutes, id2: a } as const;
  await scribe.write([nothing], "nothing");
  const edge = { timeMs: 9, data: "" };
  const inverse = { source: { epoch: 1, seq: 4 }, id1: a, atype: ASSOC.followedBy, id2: there(2) };
  await scribe.inverses([{ ...inverse, edge }]);
  const again = await Scribe.of((await open(1)).store);
  await again.write([nothing], "nothing before an epoch");
  const last = await open(3);
  const next = await Scribe.of(last.store);
  await next.write([nothing], "nothing in an epoch");
  await next.write([{ op: "assocDelete", id1: a, atype: ASSOC.follows, id2: b }], "three");
  await next.write([follow(a, b, 8), { op: "objDelete", id: b }]);
  const keys = {
    objects: [a, b],
    assocs: [a, b].flatMap((id1) =>
      [a, b, there(1), there(2)].flatMap((id2) =>
        [ASSOC.follows, ASSOC.followedBy].map((atype) => ({ id1, atype, id2 })),
      ),
    ),
    lists: [a, b].flatMap((id1) =>
      [ASSOC.follows, ASSOC.followedBy].map((atype) => ({ id1, atype })),
    ),
    opIds: ["one", "two", "three", "nothing", "nothing before an epoch", "nothing in an epoch"],
    idShards: [HERE],
    sources: [1],
  };
  const everything = async (store: GraphStore) => {
    const rows = await store.planRows(keys);
    return {
      objects: sorted(rows.objects),
      assocs: sorted(rows.assocs),
      lists: sorted(rows.lists),
      ops: sorted(rows.ops),
      lastIds: rows.lastIds,
      sources: rows.sources,
      intents: await store.intents(10),
      head: await store.head(),
    };
  };
  return { ...last, scribe: next, a, b, everything };
}

/** Stores answer in an order of their own. */
const sorted = <T extends object>(rows: readonly T[]): readonly T[] =>
  rows.toSorted((a, b) => (Object.values(a).join() < Object.values(b).join() ? -1 : 1));

const must = (groups: readonly LogGroup[] | null): readonly LogGroup[] => {
  if (groups === null) throw new Error("the log does not reach back");
  return groups;
};

/** What a store that keeps groups must do for durable consumers. */
export function groupLogContract(driver: GroupDriver): void {
  describe(`${driver.name} as a log of groups`, () => {
    it("gives a standby all that its leader's store has", async ({ expect }) => {
      await driver.run(async (harness) => {
        const { store, log, everything } = await live(harness);
        const standby = new Standby(new OpenedStandby(harness.copy));
        const groups = must(await log.groupsAfter(START, ALL));
        expect(await standby.apply(groups)).toEqual(await store.head());
        const copied = await harness.copy.open(3);
        expect(await everything(copied)).toEqual(await everything(store));
        expect((await everything(copied)).ops.length).toBe(6);
      });
    });

    it("gives it the same in small parts, to a standby that restarts between them", async ({
      expect,
    }) => {
      await driver.run(async (harness) => {
        const { store, log, everything } = await live(harness);
        for (;;) {
          const standby = new Standby(new OpenedStandby(harness.copy));
          const [group, ...more] = must(await log.groupsAfter(await standby.apply([]), 1));
          expect(more).toEqual([]);
          if (group === undefined) break;
          expect(await standby.apply([group])).toEqual(group.head);
        }
        expect(await everything(await harness.copy.open(3))).toEqual(await everything(store));
      });
    });

    it("chains groups by exact positions, and knows none that it does not have", async ({
      expect,
    }) => {
      await driver.run(async (harness) => {
        const { store, log, scribe } = await live(harness);
        const groups = must(await log.groupsAfter(START, ALL));
        expect(groups.map(({ after }) => after)).toEqual([
          START,
          ...groups.slice(0, -1).map(({ head }) => head),
        ]);
        expect(
          groups.map(({ head }) => head).filter(({ seq }) => seq === groups[2]?.head.seq),
        ).toEqual([
          { epoch: 1, seq: groups[2]?.head.seq },
          { epoch: 3, seq: groups[2]?.head.seq },
        ]);
        for (const [index, { head }] of groups.entries())
          expect((await log.groupsAfter(head, ALL))?.length).toBe(groups.length - 1 - index);
        const { seq } = await store.head();
        for (const at of [
          { epoch: 1, seq },
          { epoch: 2, seq: 1 },
          { epoch: 3, seq: seq + 1 },
          { epoch: 1, seq: 1 },
        ])
          expect([at, await log.groupsAfter(at, ALL)]).toEqual([at, null]);
        expect(await log.groupsAfter({ epoch: 3, seq }, ALL)).toEqual([]);
        scribe.nowMs = START_MS + 1_000;
        await scribe.users(1);
        await store.trim(START_MS + 1, 0);
        expect(await log.groupsAfter(START, ALL)).toBeNull();
        expect(await log.groupsAfter(await store.head(), ALL)).toEqual([]);
      });
    });

    it("keeps cursors", async ({ expect }) => {
      await driver.run(async ({ open }) => {
        const { log } = await open(1);
        expect(await log.cursor("standby")).toBeNull();
        await log.saveCursor("standby", { epoch: 1, seq: 5 });
        await log.saveCursor("archive", { epoch: 1, seq: 9 });
        await log.saveCursor("standby", { epoch: 2, seq: 3 });
        const next = (await open(2)).log;
        expect(await next.cursor("standby")).toEqual({ epoch: 2, seq: 3 });
        expect(await next.cursor("archive")).toEqual({ epoch: 1, seq: 9 });
      });
    });

    it("lets nothing into a standby's store once it is led", async ({ expect }) => {
      await driver.run(async (harness) => {
        const { log } = await harness.open(1);
        const { store } = await harness.open(1);
        const scribe = await Scribe.of(store);
        await scribe.write([{ op: "objAdd", otype: 1, shard: HERE, data: userData("kept") }]);
        const standby = new OpenedStandby(harness.copy);
        for (const group of must(await log.groupsAfter(START, ALL))) await standby.append(group);
        const kept = await store.head();
        await scribe.write([{ op: "objAdd", otype: 1, shard: HERE, data: userData("lost") }]);
        const [lost] = must(await log.groupsAfter(kept, ALL));
        if (lost === undefined) throw new Error("nothing was written");
        const promoted = await Scribe.of(await harness.copy.open(2));
        expect(promoted.head).toEqual({ epoch: 2, seq: kept.seq });
        await expect(standby.append(lost)).rejects.toThrow();
        await expect(standby.append(lost)).rejects.toThrow();
        await expect(new OpenedStandby(harness.copy).append(lost)).rejects.toThrow();
        await promoted.users(1);
        expect(await promoted.store.head()).toEqual({ epoch: 2, seq: kept.seq + 1 });
      });
    });
  });
}
