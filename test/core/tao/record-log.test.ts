import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import type { LogConsumer } from "../../../core/tao/log-consumers.ts";
import { endOf, lastSeq } from "../../../core/tao/log.ts";
import { RecordLog } from "../../../core/tao/record-log.ts";
import type { GraphStore } from "../../../core/tao/store.ts";
import type { Version } from "../../../core/tao/version.ts";
import { GraphWorld } from "../../fakes/graph-world.ts";

/** One shard whose log a consumer takes by records. */
async function newWorld() {
  const world = await GraphWorld.create(1);
  const cursors = new Map<string, Version>();
  const seen: number[] = [];
  const consumer = { isAway: false, room: Infinity, startedOver: 0 };
  const fanOut: LogConsumer = {
    name: "fan-out",
    takesRecords: true,
    deliver: async (groups) => {
      if (consumer.isAway) throw new Error("away");
      const records = groups.flatMap((group) => group.records);
      const taken = records.slice(0, consumer.room);
      seen.push(...taken.map(lastSeq));
      const last = taken.at(-1);
      const head = groups.at(-1)?.head ?? { epoch: 1, seq: 0 };
      return taken.length < records.length && last !== undefined ? endOf(last) : head;
    },
    startOver: async (head) => {
      consumer.startedOver++;
      return head;
    },
  };
  const log = (store: GraphStore) =>
    new RecordLog(store, {
      cursor: async (name) => cursors.get(name) ?? null,
      saveCursor: async (name, at) => void cursors.set(name, at),
    });
  world.consumersOf = () => ({ log: log(world.store(0)), consumers: [fanOut] });
  await world.restartLeader(0);
  const write = async (count: number) => {
    for (let n = 0; n < count; n++) await world.addUser(0);
    await world.idle();
  };
  return { world, cursors, seen, consumer, write, log };
}

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe("a consumer of records", () => {
  it("gets each record once while it is there, from memory", async ({ expect }) => {
    const { world, seen, cursors, write } = await newWorld();
    // The first delivery of a leader's life may have to look into the store; no other does.
    await write(1);
    const store = world.store(0);
    const asked: number[] = [];
    const logAfter = store.logAfter.bind(store);
    store.logAfter = (after, limit) => {
      asked.push(after.seq);
      return logAfter(after, limit);
    };
    await write(5);
    expect([seen, asked]).toEqual([upTo(6), []]);
    // Nothing is written with a commit: the cursor is saved from the alarm.
    expect(cursors.size).toBe(0);
    await world.ringAlarms();
    expect(cursors.get("fan-out")).toEqual({ epoch: 1, seq: 6 });
  });

  it("gets what it missed, whoever leads by then", async ({ expect }) => {
    const { world, seen, consumer, write } = await newWorld();
    await write(2);
    await world.ringAlarms();
    consumer.isAway = true;
    await write(3);
    expect(world.reports).toContain("consumer_failed");
    await world.restartLeader(0);
    consumer.isAway = false;
    await world.ringAlarms();
    expect(seen).toEqual(upTo(5));
  });

  it("goes on from its last saved place after a crash, and repeats at most what followed it", async ({
    expect,
  }) => {
    const { world, seen, write } = await newWorld();
    await write(3);
    await world.ringAlarms();
    await write(2);
    await world.restartLeader(0);
    await write(1);
    expect(seen).toEqual([1, 2, 3, 4, 5, 4, 5, 6]);
  });

  it("gets the rest later when it has no room", async ({ expect }) => {
    const { world, seen, consumer, write } = await newWorld();
    consumer.isAway = true;
    await write(4);
    consumer.isAway = false;
    consumer.room = 1;
    await world.ringAlarms();
    expect(seen).toEqual(upTo(4));
  });

  it("gets the commit whose reply was lost between two that memory has", async ({ expect }) => {
    const { world, seen, consumer, write } = await newWorld();
    await write(1);
    consumer.isAway = true;
    await write(1);
    const store = world.store(0);
    const commit = store.commit.bind(store);
    store.commit = async (group) => {
      await commit(group);
      store.commit = commit;
      throw new Error("reply lost");
    };
    await expect(write(1)).rejects.toThrow("unavailable");
    await write(1);
    consumer.isAway = false;
    await world.ringAlarms();
    expect(seen).toEqual(upTo(4));
  });

  it("starts at the head of a log that does not reach back", async ({ expect }) => {
    const { world, seen, consumer, write } = await newWorld();
    consumer.isAway = true;
    await write(3);
    await world.store(0).trim(world.clock.nowMs() + 1, 0);
    await world.restartLeader(0);
    consumer.isAway = false;
    await write(1);
    expect([seen, consumer.startedOver]).toEqual([[], 1]);
    await write(1);
    expect(seen).toEqual([5]);
  });

  it("keeps the log while it is behind, and for longer", async ({ expect }) => {
    const { world, consumer, write } = await newWorld();
    const kept: (number | undefined)[][] = [];
    const store: GraphStore = world.store(0);
    store.trim = async (logBeforeMs, _ops, entriesMax) => {
      kept.push([world.clock.nowMs() - logBeforeMs, entriesMax]);
    };
    await write(1);
    await world.leader(0).tick();
    consumer.isAway = true;
    await write(1);
    world.clock.advance(LIMITS.trimEveryMs);
    await world.leader(0).tick();
    expect(kept).toEqual([
      [LIMITS.logRetentionMs, LIMITS.logEntriesMax],
      [LIMITS.consumerRetentionMs, LIMITS.consumerEntriesMax],
    ]);
  });
});

describe("a log by records", () => {
  it("crosses the beginning of an epoch without a record", async ({ expect }) => {
    const { world, log, write } = await newWorld();
    await write(2);
    const store = await world.store(0).open(3);
    expect(await log(store).groupsAfter({ epoch: 1, seq: 2 }, 9)).toEqual([
      expect.objectContaining({ head: { epoch: 3, seq: 2 }, records: [] }),
    ]);
    const [group] = (await log(store).groupsAfter({ epoch: 1, seq: 1 }, 9)) ?? [];
    expect(group?.records.map(lastSeq)).toEqual([2]);
    expect(await log(store).groupsAfter({ epoch: 3, seq: 2 }, 9)).toEqual([]);
  });

  it("knows a place that was lost and written anew", async ({ expect }) => {
    const { world, log, write } = await newWorld();
    await write(1);
    const store = await world.store(0).open(2);
    const [record] = (await store.logAfter({ epoch: 1, seq: 0 }, 1)) ?? [];
    const [first] = store.commits;
    if (record === undefined || first === undefined) throw new Error("there is no record");
    const entries = record.entries.map((entry) => ({ ...entry, seq: 2 }));
    const head = { epoch: 2, seq: 2 };
    await store.commit({ ...first, head, records: [{ ...record, epoch: 2, entries }] });
    // Epoch 1 had a second entry, and a third, in a region that is gone.
    expect(await log(store).groupsAfter({ epoch: 1, seq: 2 }, 9)).toBeNull();
    expect(await log(store).groupsAfter({ epoch: 1, seq: 3 }, 9)).toBeNull();
    expect(await log(store).groupsAfter({ epoch: 1, seq: 1 }, 9)).toHaveLength(1);
  });
});
