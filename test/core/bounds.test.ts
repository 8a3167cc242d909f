import { describe, it } from "vitest";

import { OwnWrites } from "../../core/feed/cache/own-writes.ts";
import { Sender } from "../../core/feed/fanout/sender.ts";
import type { ChunkRow, FanoutTable } from "../../core/feed/fanout/table.ts";
import { Pending } from "../../core/feed/realtime/pending.ts";
import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { AUTHOR, RealtimeWorld } from "../fakes/realtime-world.ts";

const VIEWER = 1n as Id;

/** What lives longer than a request, and grew with whatever came: docs/bounds.md lists the rest. */
describe("bounds of what waits", () => {
  it("a bucket of sockets has so many calls wait for one tick, and takes more after it", async ({
    expect,
  }) => {
    const world = new RealtimeWorld();
    world.join(VIEWER);
    let post = 100n;
    const tell = () => {
      const news = { viewers: [VIEWER], author: AUTHOR, post: post++ as Id };
      return world.board.tell([{ kind: "new-post", ...news, timeMs: world.clock.nowMs() }]);
    };
    const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
    const passed = async () => {
      const told = tell();
      await settle();
      world.pass(LIMITS.socketTickMs);
      return told;
    };
    expect((await passed()).ok).toBe(true);
    const waiting = Array.from({ length: LIMITS.socketTellsMax }, () => tell());
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(await tell()).toMatchObject({ ok: false, error: { code: "overloaded" } });
    world.pass(LIMITS.socketTickMs);
    for (const told of await Promise.all(waiting)) expect(told.ok).toBe(true);
    expect((await passed()).ok).toBe(true);
  });

  it("changes of one viewer's count beyond the bound are a gap, which clients are told of", ({
    expect,
  }) => {
    const pending = new Pending();
    for (let n = 0; n < LIMITS.socketRecountsMax; n++) pending.recount(VIEWER, () => null);
    expect(pending.of(VIEWER).gap).toBe(false);
    pending.recount(VIEWER, () => null);
    expect(pending.of(VIEWER).gap).toBe(true);
    expect(pending.of(VIEWER).recounts).toHaveLength(LIMITS.socketRecountsMax);
  });

  it("own writes beyond what an entry keeps make it void for who wrote, never wrong", ({
    expect,
  }) => {
    const own = new OwnWrites();
    const at = (seq: number) => ({ epoch: 1, seq });
    const add = (seq: number) =>
      own.add(
        {
          viewer: VIEWER,
          shard: 0,
          prev: seq === 1 ? null : at(seq - 1),
          at: at(seq),
          change: null,
        },
        true,
      );
    for (let seq = 1; seq <= LIMITS.feedOwnWritesMax; seq++) add(seq);
    expect(own.reflects(0, at(LIMITS.feedOwnWritesMax), null)).toBe(true);
    add(LIMITS.feedOwnWritesMax + 1);
    expect(own.reflects(0, at(LIMITS.feedOwnWritesMax + 1), null)).toBe(false);
    expect(own.reflects(0, at(5), null)).toBe(false);
    expect(own.reflects(0, at(5), at(5))).toBe(true);
  });

  it("dead letters beyond the bound go, the oldest first", async ({ expect }) => {
    const dead = Array.from({ length: LIMITS.fanoutDeadMax + 3 }, (_, number) => number);
    const told: unknown[] = [];
    const table = {
      due: () => [],
      dead: (limit: number) => dead.slice(0, limit).map((number) => ({ number }) as ChunkRow),
      dropChunk: (number: number) => void dead.splice(dead.indexOf(number), 1),
      chunkCounts: () => ({ waiting: 0, outstanding: 0, dead: dead.length }),
      transaction: (change: () => void) => change(),
    } as unknown as FanoutTable;
    const ports = {
      shard: 0,
      table,
      clock: { nowMs: () => 0 },
      enqueue: async () => {},
      putAside: () => {},
    };
    const sender = new Sender({ ...ports, report: (...about) => void told.push(about) });
    await sender.send();
    expect(dead).toHaveLength(LIMITS.fanoutDeadMax);
    expect(dead[0]).toBe(3);
    expect(told).toEqual([["dead_letters_dropped", 3]]);
    await sender.send();
    expect(told).toHaveLength(1);
  });
});
