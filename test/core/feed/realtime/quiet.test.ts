import { beforeEach, describe, it } from "vitest";

import { QuietBuckets } from "../../../../core/feed/realtime/quiet-buckets.ts";
import type { SocketEvent } from "../../../../core/feed/realtime/port.ts";
import { formatId, type Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { AUTHOR, RealtimeWorld, TestClient, type TestLine } from "../../../fakes/realtime-world.ts";

const VIEWER = 1n as Id;
const [POST, OTHER] = [50n as Id, 51n as Id];
const OVER_MS = LIMITS.socketQuietMs + LIMITS.socketQuietSkewMs;
const notified: SocketEvent = { kind: "notified", viewer: VIEWER };

let world: RealtimeWorld;
beforeEach(() => {
  world = new RealtimeWorld();
});

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const quietMs = async (...events: readonly SocketEvent[]): Promise<number> => {
  const told = world.board.tell(events);
  world.pass(LIMITS.socketTickMs);
  const answer = await told;
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value.quietMs;
};
const newPostAt = (timeMs: number): SocketEvent => ({
  kind: "new-post",
  viewers: [VIEWER],
  author: AUTHOR,
  post: POST,
  timeMs,
});
async function watch(line: TestLine, posts: readonly Id[] = [POST]): Promise<void> {
  world.board.watch(line, posts);
  await settle();
}
const gaps = (line: TestLine) => line.of("gap").length;

describe("a bucket", () => {
  it("is quiet while nobody is remembered, and only then", async ({ expect }) => {
    expect(await quietMs(notified)).toBe(LIMITS.socketQuietMs);
    const line = world.join(VIEWER);
    expect(await quietMs(notified)).toBe(0);
    world.board.closed(line);
    world.pass(LIMITS.socketTickMs);
    // Whoever has just left may come back for what they missed.
    expect(await quietMs(notified)).toBe(0);
    world.pass(LIMITS.socketMemoryMs + 1);
    world.board.sweep();
    expect(await quietMs(notified)).toBe(LIMITS.socketQuietMs);
  });

  it("promises nothing that it cannot store", async ({ expect }) => {
    world.store.isBroken = true;
    expect(await world.board.tell([notified])).toMatchObject({ error: { code: "unavailable" } });
  });

  it("stores one row for a whole time without anybody", async ({ expect }) => {
    let saved = 0;
    const { saveUntold } = world.store;
    world.store.saveUntold = (untold) => {
      saved++;
      saveUntold.call(world.store, untold);
    };
    for (let n = 0; n < 5; n++) {
      await quietMs(notified);
      world.pass(OVER_MS);
    }
    expect(saved).toBe(1);
  });
});

describe("whoever comes while it is quiet", () => {
  it("is told of a gap when that is over, and of everything from then on", async ({ expect }) => {
    await quietMs(notified);
    world.pass(LIMITS.socketQuietMs / 2);
    const line = world.join(VIEWER);
    world.pass(OVER_MS - LIMITS.socketQuietMs / 2 - 1);
    expect(gaps(line)).toBe(0);
    world.pass(2);
    expect(gaps(line)).toBe(1);
    const client = new TestClient();
    for (const message of line.messages.splice(0)) client.take(message);
    expect(client).toMatchObject({ lost: 1, place: { seq: 1 } });
    await quietMs(notified);
    world.pass(OVER_MS);
    for (const message of line.messages) client.take(message);
    expect(client).toMatchObject({ lost: 1, notified: 1, place: { seq: 2 } });
  });

  it("is told so when they come back, if they had gone by then", async ({ expect }) => {
    await quietMs(notified);
    const line = world.join(VIEWER);
    const { life, seq } = line.of("hello")[0] ?? { life: "", seq: 0 };
    world.board.closed(line);
    world.pass(OVER_MS);
    const again = world.join(VIEWER, { life, seq });
    expect(again.of("hello")).toMatchObject([{ resumed: false }]);
    expect(gaps(again)).toBe(1);
  });

  it.for(["before it is over", "after it"])(
    "is told so if memory is lost %s",
    async (when, { expect }) => {
      await quietMs(notified);
      const line = world.join(VIEWER);
      const { life, seq } = line.of("hello")[0] ?? { life: "", seq: 0 };
      world.pass(LIMITS.socketTickMs);
      if (when === "after it") world.clock.advance(OVER_MS);
      world.lose([]);
      const again = world.join(VIEWER, { life, seq });
      world.pass(OVER_MS);
      const client = new TestClient();
      client.place = { life, seq };
      for (const message of again.messages) client.take(message);
      expect(client.lost).toBe(1);
    },
  );

  it("is told so if the bucket that promised has lost its memory", async ({ expect }) => {
    await quietMs(notified);
    world.lose([]);
    const line = world.join(VIEWER);
    world.pass(OVER_MS);
    expect(gaps(line)).toBe(1);
  });

  it("is told of a gap once, also by a bucket that wakes again", async ({ expect }) => {
    await quietMs(notified);
    const line = world.join(VIEWER);
    world.pass(OVER_MS);
    expect(gaps(line)).toBe(1);
    world.lose([line]);
    world.pass(OVER_MS);
    expect(gaps(line)).toBe(1);
  });

  it("is told again when the gap could not be stored", async ({ expect }) => {
    await quietMs(notified);
    const line = world.join(VIEWER);
    world.pass(LIMITS.socketTickMs);
    world.store.isBroken = true;
    world.pass(OVER_MS);
    expect(gaps(line)).toBe(0);
    world.store.isBroken = false;
    world.pass(LIMITS.socketTickMs);
    expect(gaps(line)).toBe(1);
  });

  it("comes with many, and each of them is told, some of them each tick", async ({ expect }) => {
    await quietMs(notified);
    const lines = Array.from({ length: LIMITS.socketGapsPerTick + 1 }, (_, n) =>
      world.join(BigInt(n + 1) as Id),
    );
    const told = () => lines.filter((line) => gaps(line) > 0).length;
    world.pass(OVER_MS);
    expect(told()).toBe(LIMITS.socketGapsPerTick);
    world.pass(LIMITS.socketTickMs);
    expect(told()).toBe(lines.length);
  });

  it("is told no gap when they come after it", async ({ expect }) => {
    await quietMs(notified);
    world.pass(OVER_MS);
    const line = world.join(VIEWER);
    world.pass(OVER_MS);
    expect(gaps(line)).toBe(0);
    expect(await quietMs(notified)).toBe(0);
  });
});

describe("what is on the screen while it was quiet", () => {
  it("has the counts of now when that is over, and is gone if it is", async ({ expect }) => {
    await quietMs(notified);
    const line = world.join(VIEWER);
    await watch(line, [POST, OTHER]);
    world.graph.counts.set(POST, 5);
    world.graph.hidden.add(`${VIEWER} ${OTHER}`);
    world.pass(OVER_MS);
    await settle();
    expect(line.of("counts").at(-1)).toMatchObject({ post: formatId(POST), reactions: 5 });
    expect(line.of("revoke")).toMatchObject([{ post: formatId(OTHER) }]);
  });

  it("does not have those that were asked for before it was over", async ({ expect }) => {
    await quietMs(notified);
    const line = world.join(VIEWER);
    world.graph.holds = true;
    await watch(line);
    const { release } = world.graph;
    world.graph.counts.set(POST, 5);
    world.pass(OVER_MS);
    world.graph.holds = false;
    release?.();
    await settle();
    world.pass(LIMITS.socketCountsEveryMs);
    await settle();
    expect(line.of("counts")).toMatchObject([{ reactions: 5 }]);
  });

  it("goes at once when it is withdrawn: that is told all the same", async ({ expect }) => {
    await quietMs(notified);
    const line = world.join(VIEWER);
    await watch(line);
    await quietMs({ kind: "revoke", post: POST });
    expect(line.of("revoke")).toHaveLength(1);
  });

  it("does not come back when it was withdrawn before anybody came", async ({ expect }) => {
    await quietMs(notified);
    await quietMs({ kind: "revoke", post: POST });
    const line = world.join(VIEWER);
    await watch(line);
    expect([line.of("counts"), line.of("revoke").length]).toEqual([[], 1]);
  });
});

describe("whoever tells", () => {
  const hide = { kind: "related", viewer: VIEWER, other: AUTHOR, hide: true } as const;
  const told: readonly (readonly [string, SocketEvent[], boolean])[] = [
    ["news", [newPostAt(1), { kind: "announced", author: AUTHOR, post: POST }, notified], true],
    ["counts", [{ kind: "counts", post: POST, of: "comments", count: 1 }], true],
    ["what is withdrawn", [notified, { kind: "revoke", post: POST }], false],
    ["what is narrowed", [{ kind: "revoke", post: POST, audience: 1 }], false],
    ["who is hidden", [hide, notified], false],
  ];
  it.for(told)("spares a quiet bucket %s: %s", ([, events, spares], { expect }) => {
    const buckets = new QuietBuckets();
    buckets.learn("here", 1, 1_000, 500);
    expect(buckets.spares("here", 1, events, 1_499)).toBe(spares);
    expect(buckets.spares("here", 1, events, 1_500)).toBe(false);
  });

  it("counts from before the call, by its own clock, each bucket by itself", ({ expect }) => {
    const buckets = new QuietBuckets();
    buckets.learn("here", 1, 1_000, 500);
    expect(buckets.spares("there", 1, [notified], 1_000)).toBe(false);
    expect(buckets.spares("here", 2, [notified], 1_000)).toBe(false);
    buckets.learn("here", 1, 1_100, 0);
    expect(buckets.spares("here", 1, [notified], 1_200)).toBe(false);
  });
});
