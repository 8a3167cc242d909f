import { beforeEach, describe, it } from "vitest";

import type { SocketEvent } from "../../../../core/feed/realtime/port.ts";
import type { Audience } from "../../../../core/feed/schemas.ts";
import type { Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { AUDIENCES } from "../../../../core/tao/registry.ts";
import { AUTHOR, RealtimeWorld, type TestLine } from "../../../fakes/realtime-world.ts";

const [FRIEND, FOLLOWER, STRANGER] = [1n as Id, 2n as Id, 3n as Id];
const POST = 50n as Id;
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

let world: RealtimeWorld;
let places = 0;
beforeEach(() => {
  world = new RealtimeWorld();
  world.graph.friends.add(FRIEND);
  for (const viewer of [FRIEND, FOLLOWER]) world.graph.followers.add(viewer);
});

async function tell(...events: readonly SocketEvent[]) {
  const answer = world.board.tell(events);
  await settle();
  world.pass(LIMITS.socketTickMs);
  return answer;
}
const narrow = (audience: Audience, seq = ++places, post = POST): SocketEvent => ({
  kind: "revoke",
  post,
  audience: AUDIENCES.indexOf(audience),
  at: { epoch: 1, seq },
});
const count = (n: number): SocketEvent => ({
  kind: "counts",
  post: POST,
  of: "reactions",
  count: n,
});
const newPost = (viewers: readonly Id[], timeMs = world.clock.nowMs()): SocketEvent => ({
  kind: "new-post",
  viewers,
  author: AUTHOR,
  post: POST,
  timeMs,
});
async function watching(viewer: Id): Promise<TestLine> {
  const line = world.join(viewer);
  world.board.watch(line, [POST]);
  await settle();
  return line;
}
const all = async () =>
  [await watching(FRIEND), await watching(FOLLOWER), await watching(STRANGER)] as const;
/** Whether each loses the post, and whether each still hears of it. */
const lost = (lines: readonly TestLine[]) => lines.map((line) => line.of("revoke").length > 0);
let reactions = 100;
async function hear(lines: readonly TestLine[]): Promise<boolean[]> {
  const n = ++reactions;
  await tell(count(n));
  world.pass(LIMITS.socketCountsEveryMs);
  return lines.map((line) => line.of("counts").at(-1)?.reactions === n);
}

describe("an audience that changes", () => {
  it("takes the post from those alone who may not see it any more, step by step", async ({
    expect,
  }) => {
    const lines = await all();
    await tell(narrow("followers"));
    expect(lost(lines)).toEqual([false, false, true]);
    expect(await hear(lines)).toEqual([true, true, false]);
    await tell(narrow("friends"));
    expect(lost(lines)).toEqual([false, true, true]);
    expect(await hear(lines)).toEqual([true, false, false]);
    expect(world.graph.askedWithin, "one question each, for all viewers").toBe(2);
    await tell(narrow("only_me"));
    expect(lost(lines)).toEqual([true, true, true]);
    expect(world.graph.askedWithin).toBe(2);
    for (const line of lines) expect(line.of("revoke")).toHaveLength(1);
  });

  it("leaves the post to its author, until it is deleted", async ({ expect }) => {
    const line = await watching(AUTHOR);
    for (const audience of ["followers", "friends", "only_me"] as const) {
      await tell(narrow(audience));
      expect(await hear([line]), audience).toEqual([true]);
    }
    await tell({ kind: "revoke", post: POST });
    expect(lost([line])).toEqual([true]);
  });

  it("waits for no post that is told in the same call", async ({ expect }) => {
    const lines = await all();
    world.graph.reach = () => new Promise(() => undefined);
    void world.board.tell([
      { ...newPost([FRIEND]), post: 51n as Id } as SocketEvent,
      narrow("friends"),
    ]);
    await settle();
    world.pass(LIMITS.socketTickMs);
    expect(lost(lines)).toEqual([false, true, true]);
  });

  it("is nothing to anybody when it becomes everybody's", async ({ expect }) => {
    const lines = await all();
    await tell(narrow("public"));
    expect(await hear(lines)).toEqual([true, true, true]);
    expect([lost(lines), world.graph.askedWithin]).toEqual([[false, false, false], 0]);
  });

  it("can be followed again as soon as it is theirs, and not before", async ({ expect }) => {
    const lines = await all();
    await tell(narrow("followers"));
    const again = async () => {
      for (const line of lines) world.board.watch(line, [POST]);
      await settle();
      return hear(lines);
    };
    expect(await again(), "the graph has it as it was").toEqual([true, true, false]);
    await tell(narrow("public"));
    expect(await again()).toEqual([true, true, true]);
  });

  it("tells nothing while it is unknown to whom, and what was missed after", async ({ expect }) => {
    const lines = await all();
    world.graph.holds = true;
    const told = world.board.tell([narrow("followers")]);
    await settle();
    expect(await hear(lines)).toEqual([false, false, false]);
    expect(lost(lines)).toEqual([false, false, false]);
    world.graph.release?.();
    await settle();
    world.pass(LIMITS.socketCountsEveryMs);
    expect(await told).toMatchObject({ ok: true });
    expect(lines.map((line) => line.of("counts").at(-1)?.reactions)).toEqual([
      reactions,
      reactions,
      0,
    ]);
    expect(lost(lines)).toEqual([false, false, true]);
  });

  it("is a withdrawal from all when nobody can say, and is stored as one", async ({ expect }) => {
    const lines = await all();
    world.graph.isAway = true;
    expect(await tell(narrow("followers"))).toMatchObject({ ok: true });
    expect(lost(lines)).toEqual([true, true, true]);
    world.graph.isAway = false;
    for (const line of lines) world.board.watch(line, [POST]);
    await settle();
    expect(await hear(lines), "asked again").toEqual([true, true, false]);
  });

  it("is the later of two, whichever comes last", async ({ expect }) => {
    const lines = await all();
    await tell(narrow("friends", 1_000));
    await tell(narrow("public", 999));
    expect(lost(lines)).toEqual([false, true, true]);
    world.board.watch(lines[1], [POST]);
    await settle();
    expect(await hear(lines)).toEqual([true, false, false]);
  });

  it("is not undone by what is answered late of the one before", async ({ expect }) => {
    const lines = await all();
    world.graph.holds = true;
    const first = world.board.tell([narrow("friends")]);
    await settle();
    world.graph.holds = false;
    await tell(narrow("followers"));
    expect(lost(lines)).toEqual([false, false, true]);
    world.graph.release?.();
    await settle();
    world.pass(LIMITS.socketTickMs);
    expect(await first).toMatchObject({ ok: true });
    expect(lost(lines)).toEqual([false, false, true]);
    expect(await hear(lines)).toEqual([true, true, false]);
  });

  it("is asked about again where a lookup was under way", async ({ expect }) => {
    world.graph.holds = true;
    const line = await watching(STRANGER);
    world.graph.holds = false;
    await tell(narrow("followers"));
    world.graph.release?.();
    await settle();
    expect(line.of("counts")).toEqual([]);
    expect(lost([line])).toEqual([true]);
  });

  it("takes reposts along, and those of a post of one's own stay", async ({ expect }) => {
    world.graph.originals.set(POST, { post: 40n as Id, author: FOLLOWER });
    const lines = await all();
    await tell(narrow("friends", ++places, 40n as Id));
    expect(lost(lines)).toEqual([false, false, true]);
    expect(await hear(lines)).toEqual([true, true, false]);
  });

  it("leaves the count of those alone who lose it", async ({ expect }) => {
    const lines = [FRIEND, FOLLOWER, STRANGER].map((viewer) => world.join(viewer));
    const counts = () => lines.map((line) => line.of("new_posts").at(-1)?.count);
    await tell(newPost([FRIEND, FOLLOWER, STRANGER]));
    expect(counts()).toEqual([1, 1, 1]);
    await tell(narrow("followers"));
    expect(counts()).toEqual([1, 1, 0]);
    await tell(newPost([FRIEND, FOLLOWER, STRANGER]));
    expect(counts(), "one that comes late").toEqual([1, 1, 0]);
  });

  it("counts for whom it is new, told in one call", async ({ expect }) => {
    const line = world.join(FRIEND);
    await tell(narrow("friends"), newPost([FRIEND]));
    expect(line.of("new_posts").at(-1)).toMatchObject({ count: 1 });
  });

  it("does not count for whom it was while that was asked", async ({ expect }) => {
    const line = world.join(STRANGER);
    world.graph.holds = true;
    const told = world.board.tell([newPost([STRANGER])]);
    await settle();
    world.graph.holds = false;
    await tell(narrow("followers"));
    world.graph.release?.();
    await settle();
    world.pass(LIMITS.socketTickMs);
    expect(await told).toMatchObject({ ok: true });
    expect(line.of("new_posts").every((one) => one.count === 0)).toBe(true);
  });
});

describe("a pushed post that may be gone", () => {
  const countOf = (line: TestLine) => line.of("new_posts").at(-1)?.count;

  it("is asked about when it is older than what is remembered", async ({ expect }) => {
    const line = world.join(FRIEND);
    const writtenMs = world.clock.nowMs();
    await tell({ kind: "revoke", post: POST });
    world.graph.gone.add(POST);
    world.pass(LIMITS.socketRevokedMs);
    await tell(newPost([FRIEND], writtenMs));
    expect(countOf(line)).toBe(0);
    world.graph.gone.clear();
    await tell(newPost([FRIEND], writtenMs));
    expect(countOf(line)).toBe(1);
  });

  it("is asked about when the bucket slept meanwhile, and one of now is not", async ({
    expect,
  }) => {
    const [line, other] = [world.join(FRIEND), world.join(STRANGER)];
    const writtenMs = world.clock.nowMs();
    await tell({ kind: "revoke", post: POST });
    world.graph.gone.add(POST);
    world.pass(2 * LIMITS.socketAsleepMs);
    world.lose([line, other]);
    await tell(newPost([FRIEND], writtenMs));
    expect(countOf(line)).toBe(0);
    await tell({ ...newPost([FRIEND, STRANGER]), post: 51n as Id } as SocketEvent);
    expect([countOf(line), countOf(other)], "whoever it names").toEqual([1, 1]);
  });
});
