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

describe("a new post", () => {
  it("counts a pushed post for those alone whose feed shows it", async ({ expect }) => {
    const [line, other] = [world.join(ADA), world.join(BOB)];
    world.graph.unmoved.add(BOB);
    await tell(newPost(100));
    expect(line.of("new_posts").at(-1)).toMatchObject({ count: 1 });
    expect(other.of("new_posts")).toHaveLength(1);
  });

  it("does not count for who hid the author, or the one reposted, while it was asked", async ({
    expect,
  }) => {
    const [line, other] = [world.join(ADA), world.join(BOB)];
    world.graph.originals.set(101n as Id, { post: 40n as Id, author: 901n as Id });
    world.graph.holds = true;
    for (const [post, hidden] of [
      [100, AUTHOR],
      [101, 901n as Id],
    ] as const) {
      const told = world.board.tell([newPost(post)]);
      await settle();
      await tell({ kind: "related", viewer: ADA, other: hidden, hide: true });
      world.graph.release?.();
      await settle();
      world.pass(LIMITS.socketTickMs);
      expect(await told).toMatchObject({ ok: true });
    }
    expect(line.of("new_posts")).toHaveLength(1);
    expect(other.of("new_posts").at(-1)).toMatchObject({ count: 2 });
  });

  it("takes off what is withdrawn though nobody knows whom a new post reaches", async ({
    expect,
  }) => {
    const line = await watching(ADA);
    world.graph.isAway = true;
    expect(await tell(newPost(100), { kind: "revoke", post: POST })).toMatchObject({ ok: false });
    expect(line.of("revoke")).toMatchObject([{ seq: 1, post: "50" }]);
    world.graph.isAway = false;
    expect(await tell(newPost(100), { kind: "revoke", post: POST })).toMatchObject({ ok: true });
    expect(line.of("new_posts").at(-1)).toMatchObject({ count: 1 });
  });

  it("does not say that a withdrawal is stored when it is not", async ({ expect }) => {
    await watching(ADA);
    world.pass(LIMITS.socketTickMs);
    world.store.isBroken = true;
    expect(await tell({ kind: "revoke", post: POST })).toMatchObject({ ok: false });
  });
});

it("a watched post is asked about again when its author was hidden meanwhile", async ({
  expect,
}) => {
  world.graph.holds = true;
  const line = await watching(ADA);
  world.graph.hidden.add(`${ADA} ${POST}`);
  await tell({ kind: "related", viewer: ADA, other: AUTHOR, hide: true });
  world.graph.holds = false;
  world.graph.release?.();
  await settle();
  await settle();
  expect(line.of("counts")).toEqual([]);
  expect(line.of("revoke")).toMatchObject([{ post: "50" }]);
});

describe("a repost", () => {
  const ORIGINAL = { post: 40n as Id, author: 901n as Id };
  const isGone = async (line: TestLine) => {
    const before = line.of("counts").length;
    await tell(count(9));
    world.pass(LIMITS.socketCountsEveryMs);
    return line.of("counts").length === before;
  };
  beforeEach(() => void world.graph.originals.set(POST, ORIGINAL));

  it("goes with its original, from the screen and from the count", async ({ expect }) => {
    const [line, reader] = [await watching(ADA), world.join(BOB)];
    await tell(newPost(50));
    world.lose([line, reader]);
    await tell({ kind: "revoke", post: ORIGINAL.post });
    expect(line.of("revoke")).toMatchObject([{ post: "50" }]);
    expect(await isGone(line)).toBe(true);
    for (const one of [line, reader])
      expect(one.of("new_posts").at(-1)).toMatchObject({ count: 0 });
    await tell(newPost(50));
    expect(reader.of("new_posts").at(-1), "one that comes late").toMatchObject({ count: 0 });
  });

  it("goes with who wrote the original, and is asked about again when that changes", async ({
    expect,
  }) => {
    const line = await watching(ADA);
    const related = (hide: boolean): SocketEvent => ({
      kind: "related",
      viewer: ADA,
      other: ORIGINAL.author,
      hide,
    });
    await tell(related(false));
    expect(line.of("counts"), "asked again").toHaveLength(2);
    await tell(newPost(50), related(true));
    expect(line.of("revoke")).toMatchObject([{ seq: 1, post: "50" }]);
    expect(line.of("hide_author")).toMatchObject([{ user: "901" }]);
    expect(await isGone(line)).toBe(true);
    expect(line.of("new_posts").every((one) => one.count === 0)).toBe(true);
  });

  it("is not brought back by an answer from before its original was withdrawn", async ({
    expect,
  }) => {
    world.graph.holds = true;
    const line = await watching(ADA);
    await tell({ kind: "revoke", post: ORIGINAL.post });
    world.graph.release?.();
    await settle();
    expect(line.of("counts")).toEqual([]);
    expect(line.of("revoke")).toMatchObject([{ post: "50" }]);
  });

  it("is nothing any more to a line that stopped following it", async ({ expect }) => {
    const line = await watching(ADA);
    world.board.watch(line, []);
    await tell({ kind: "revoke", post: ORIGINAL.post });
    expect(line.of("revoke")).toEqual([]);
  });
});
