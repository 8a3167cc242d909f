import { beforeEach, describe, it } from "vitest";

import type { SocketEvent } from "../../../../core/feed/realtime/port.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { AUTHOR, RealtimeWorld, type TestLine } from "../../../fakes/realtime-world.ts";

const [ADA, BOB] = [1n as Id, 2n as Id];
const POST = 50n as Id;
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

let world: RealtimeWorld;
beforeEach(() => {
  world = new RealtimeWorld();
});

async function tell(...events: readonly SocketEvent[]) {
  const answer = world.board.tell(events);
  await settle();
  world.pass(LIMITS.socketTickMs);
  return answer;
}
const count = (n: number, at?: number): SocketEvent => ({
  kind: "counts",
  post: POST,
  of: "reactions",
  count: n,
  ...(at !== undefined && { at: { epoch: 1, seq: at } }),
});
const newPost = (post: number, author: Id = AUTHOR): SocketEvent => ({
  kind: "new-post",
  viewers: [ADA, BOB],
  author,
  post: BigInt(post) as Id,
  timeMs: world.clock.nowMs(),
});
async function watching(viewer: Id): Promise<TestLine> {
  const line = world.join(viewer);
  world.board.watch(line, [POST]);
  await settle();
  return line;
}

describe("telling", () => {
  it("reaches viewers who are here or were of late, and nobody's own post is news", async ({
    expect,
  }) => {
    const line = world.join(ADA);
    await tell(newPost(100), newPost(101, ADA));
    expect(line.of("new_posts").at(-1)).toMatchObject({ seq: 1, count: 1 });
    expect(world.store.viewers()).toEqual([ADA]);
  });

  it("makes one message of what happens within a tick", async ({ expect }) => {
    const line = world.join(ADA);
    await tell(newPost(100));
    const first = world.board.tell([newPost(101), { kind: "notified", viewer: ADA }]);
    const second = world.board.tell([newPost(102), { kind: "notified", viewer: ADA }]);
    await settle();
    expect(line.messages).toHaveLength(3);
    world.pass(LIMITS.socketTickMs);
    expect(await Promise.all([first, second])).toMatchObject([{ ok: true }, { ok: true }]);
    expect(line.messages.slice(3)).toEqual([
      { type: "new_posts", seq: 2, count: 3, authors: ["900"] },
      { type: "notifications", seq: 3 },
    ]);
  });

  it("is answered only once it is stored, and not at all when it cannot be", async ({ expect }) => {
    const line = world.join(ADA);
    world.pass(LIMITS.socketTickMs);
    world.store.isBroken = true;
    expect(await tell({ kind: "notified", viewer: ADA })).toMatchObject({
      error: { code: "unavailable", dependency: "sockets" },
    });
    expect(line.of("notifications")).toEqual([]);
    world.store.isBroken = false;
    expect(await tell({ kind: "notified", viewer: ADA })).toMatchObject({ ok: true });
    expect(line.of("notifications")).toEqual([{ type: "notifications", seq: 1 }]);
  });

  it("asks who follows the author of an announced post", async ({ expect }) => {
    const [line, other] = [world.join(ADA), world.join(BOB)];
    world.graph.followers.add(ADA);
    const announced: SocketEvent = { kind: "announced", author: AUTHOR, post: 100n as Id };
    await tell(announced);
    await tell(announced);
    expect(line.of("new_posts").at(-1)).toMatchObject({ count: 1 });
    expect(other.of("new_posts")).toHaveLength(1);
    world.graph.isAway = true;
    expect(await tell(announced)).toMatchObject({ ok: false });
  });

  it("is bounded", async ({ expect }) => {
    const viewers = Array.from({ length: LIMITS.socketEventsMax + 1 }, () => ADA);
    expect(await tell({ ...newPost(50), viewers } as SocketEvent)).toMatchObject({
      error: { code: "limit_reached" },
    });
  });
});

describe("watching", () => {
  it("begins with the counts of now, and tells the last of each at most once a second", async ({
    expect,
  }) => {
    world.graph.counts.set(POST, 3);
    const line = await watching(ADA);
    const bystander = world.join(BOB);
    expect(line.of("counts")).toMatchObject([{ post: "50", reactions: 3, comments: 0 }]);
    for (const n of [4, 5, 6]) await tell(count(n));
    expect(line.of("counts").map(({ reactions }) => reactions)).toEqual([3, 4]);
    world.pass(LIMITS.socketCountsEveryMs);
    expect(line.of("counts").map(({ reactions }) => reactions)).toEqual([3, 4, 6]);
    expect(bystander.of("counts")).toEqual([]);
    world.board.watch(line, []);
    await tell(count(7));
    world.pass(LIMITS.socketCountsEveryMs);
    expect(line.of("counts")).toHaveLength(3);
  });

  it("leaves out a count that is older than the last", async ({ expect }) => {
    const line = await watching(ADA);
    await tell(count(5, 20));
    await tell(count(4, 10));
    world.pass(LIMITS.socketCountsEveryMs);
    expect(line.of("counts").at(-1)).toMatchObject({ reactions: 5 });
  });

  it("answers for a hidden post as for one that never was, and tells nothing of it", async ({
    expect,
  }) => {
    world.graph.hidden.add(`${ADA} ${POST}`);
    const line = await watching(ADA);
    expect(line.of("revoke")).toEqual([{ type: "revoke", seq: 0, post: "50" }]);
    await tell(count(9));
    world.pass(LIMITS.socketCountsEveryMs);
    expect(line.of("counts")).toEqual([]);
  });

  it("tells nothing while it is not known who may see it, and finds out later", async ({
    expect,
  }) => {
    world.graph.isAway = true;
    const line = await watching(ADA);
    await tell(count(9));
    world.pass(LIMITS.socketCountsEveryMs);
    await settle();
    expect(line.of("counts")).toEqual([]);
    world.graph.isAway = false;
    world.graph.counts.set(POST, 9);
    world.pass(LIMITS.socketCountsEveryMs);
    await settle();
    expect(line.of("counts")).toMatchObject([{ reactions: 9 }]);
  });

  it("tells a count that came while the post was looked up", async ({ expect }) => {
    world.graph.holds = true;
    const line = await watching(ADA);
    await tell(count(9));
    world.pass(LIMITS.socketCountsEveryMs);
    world.graph.release?.();
    await settle();
    expect(line.of("counts")).toMatchObject([{ reactions: 9 }]);
  });

  it("does not bring back a post that was withdrawn while it was looked up", async ({ expect }) => {
    world.graph.holds = true;
    const line = await watching(ADA);
    await tell({ kind: "revoke", post: POST });
    world.graph.release?.();
    await settle();
    expect(line.of("counts")).toEqual([]);
    expect(line.of("revoke")).toHaveLength(1);
  });

  it("does not follow on for a line that went while it was looked up", async ({ expect }) => {
    world.graph.holds = true;
    const line = await watching(ADA);
    world.board.closed(line);
    world.graph.release?.();
    await settle();
    await tell(count(9));
    expect(line.of("counts")).toEqual([]);
  });

  it("ends with the relation that allowed it, and is asked again when one changes", async ({
    expect,
  }) => {
    const line = await watching(ADA);
    const related = (hide: boolean): SocketEvent => ({
      kind: "related",
      viewer: ADA,
      other: AUTHOR,
      hide,
    });
    world.graph.hidden.add(`${ADA} ${POST}`);
    await tell(related(false));
    await settle();
    expect(line.of("revoke")).toHaveLength(1);
    expect(line.of("hide_author")).toEqual([]);
    world.graph.hidden.clear();
    world.board.watch(line, []);
    world.board.watch(line, [POST]);
    await settle();
    await tell(newPost(100), related(true));
    expect(line.of("hide_author")).toEqual([{ type: "hide_author", seq: 1, user: "900" }]);
    expect(line.of("new_posts").at(-1)).toMatchObject({ count: 0 });
    const before = line.of("counts").length;
    await tell(count(9));
    world.pass(LIMITS.socketCountsEveryMs);
    expect(line.of("counts")).toHaveLength(before);
  });

  it("takes a withdrawn post off every screen and out of every count", async ({ expect }) => {
    const [line, reader] = [await watching(ADA), world.join(BOB)];
    await tell(newPost(50));
    expect(reader.of("new_posts").at(-1)).toMatchObject({ count: 1 });
    world.lose([line, reader]);
    await tell({ kind: "revoke", post: POST });
    expect(line.of("revoke")).toMatchObject([{ post: "50" }]);
    expect(reader.of("revoke")).toEqual([]);
    for (const one of [line, reader])
      expect(one.of("new_posts").at(-1)).toMatchObject({ count: 0 });
    await tell(newPost(50));
    expect(reader.of("new_posts").at(-1), "one that comes late").toMatchObject({ count: 0 });
  });
});
