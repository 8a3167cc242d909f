import { describe, it } from "vitest";

import { profileSchema, userPageSchema } from "../../../core/feed/schemas.ts";
import type { OwnList, UserList } from "../../../core/feed/service.ts";
import { ownList, suggested, users } from "../../../core/feed/usecases/lists.ts";
import { profile } from "../../../core/feed/usecases/profiles.ts";
import { relate, unrelate } from "../../../core/feed/usecases/relations.ts";
import { LISTED_ROOT } from "../../../core/feed/directory.ts";
import { type Id, shardOf } from "../../../core/ids.ts";
import { ASSOC } from "../../../core/tao/registry.ts";
import { friendEdge } from "../../../core/feed/writes.ts";
import { codeOf, FeedWorld, idsOf, must } from "../../fakes/feed-world.ts";

async function people<const N extends readonly string[]>(...names: N) {
  const world = new FeedWorld();
  const ids: string[] = [];
  for (const name of names) ids.push(await world.user(name));
  return { world, ids: ids as { [K in keyof N]: string } };
}

const list = (
  world: FeedWorld,
  viewer: string | null,
  user: string,
  name: UserList,
  limit = 20,
  cursor?: string,
) => must(users(world.as(viewer), user, name, { limit, cursor }));
const own = async (world: FeedWorld, viewer: string, name: OwnList) =>
  idsOf(await must(ownList(world.as(viewer), name, { limit: 20, cursor: undefined })));

describe("follow", () => {
  it("shows on both sides and is harmless to repeat", async ({ expect }) => {
    const {
      world,
      ids: [a, b],
    } = await people("aa", "bb");
    const first = await world.relate(a, b, "follow");
    expect(profileSchema.parse(first)).toMatchObject({
      id: b,
      counts: { followers: 1 },
      relationship: { following: true, followedBy: false },
    });
    const before = world.graph.list(BigInt(a) as Id, ASSOC.follows);
    expect(await world.relate(a, b, "follow")).toEqual(first);
    expect(world.graph.list(BigInt(a) as Id, ASSOC.follows)).toEqual(before);
    expect((await must(profile(world.as(b), a))).relationship).toMatchObject({ followedBy: true });
    expect((await world.relate(a, b, "follow", false)).relationship.following).toBe(false);
    expect((await world.relate(a, b, "follow", false)).counts.followers).toBe(0);
  });

  it("is not possible with oneself, across a block, or unsigned", async ({ expect }) => {
    const {
      world,
      ids: [a, b],
    } = await people("aa", "bb");
    const follow = (viewer: string | null, user: string) =>
      codeOf(relate(world.as(viewer), user, "follow"));
    expect(await follow(a, a)).toBe("invalid_request");
    expect(await follow(null, a)).toBe("unauthenticated");
    expect(await follow(a, "nobody")).toBe("not_found");
    await world.relate(a, b, "block");
    expect(await follow(a, b)).toBe("conflict");
    expect(await follow(b, a)).toBe("not_found");
    expect(world.graph.list(BigInt(b) as Id, ASSOC.follows)).toEqual([]);
  });
});

describe("friendship", () => {
  it.for([0, 1])(
    "is asked, seen by both, and accepted (smaller id asks: %i)",
    async (asker, { expect }) => {
      const { world, ids } = await people("aa", "bb");
      const [a, b] = asker === 0 ? ids : [ids[1], ids[0]];
      expect((await world.relate(a, b, "friend")).relationship.friend).toBe("requested");
      expect((await world.relate(a, b, "friend")).relationship.friend).toBe("requested");
      expect((await must(profile(world.as(b), a))).relationship.friend).toBe("incoming");
      expect(await own(world, b, "friend-requests")).toEqual([a]);

      const accepted = await world.relate(b, a, "friend");
      expect(accepted).toMatchObject({
        relationship: { friend: "friends" },
        counts: { friends: 1 },
      });
      expect((await must(profile(world.as(a), b))).relationship.friend).toBe("friends");
      expect(await own(world, b, "friend-requests")).toEqual([]);
      expect(world.graph.list(BigInt(a) as Id, ASSOC.requested)).toEqual([]);
      expect(idsOf(await list(world, null, a, "friends"))).toEqual([b]);

      expect((await world.relate(a, b, "friend", false)).relationship.friend).toBe("none");
      expect((await must(profile(world.as(b), a))).relationship.friend).toBe("none");
    },
  );

  it("hides a request that outlived its acceptance", async ({ expect }) => {
    const {
      world,
      ids: [a, b],
    } = await people("aa", "bb");
    await world.relate(a, b, "friend");
    const edge = friendEdge(BigInt(a) as Id, BigInt(b) as Id, world.nowMs);
    if (edge.op === "assocAdd") await must(world.tao().write(shardOf(edge.id1), [edge], null));
    expect(await own(world, b, "friend-requests")).toEqual([]);
    expect((await must(profile(world.as(b), a))).relationship.friend).toBe("friends");
  });

  it("is made when both ask, and a request can be taken back or declined", async ({ expect }) => {
    const {
      world,
      ids: [a, b],
    } = await people("aa", "bb");
    await world.relate(a, b, "friend");
    expect((await world.relate(a, b, "friend", false)).relationship.friend).toBe("none");
    expect((await world.relate(b, a, "friend")).relationship.friend).toBe("requested");
    expect((await world.relate(a, b, "friend", false)).relationship.friend).toBe("none");
    expect(await own(world, a, "friend-requests")).toEqual([]);
  });
});

describe("block", () => {
  it("ends every relation in both directions", async ({ expect }) => {
    const {
      world,
      ids: [a, b, c],
    } = await people("aa", "bb", "cc");
    await world.befriend(a, b);
    await world.relate(a, b, "follow");
    await world.relate(b, a, "follow");
    await world.relate(c, a, "friend");
    await world.relate(a, c, "friend", false);
    await world.relate(c, a, "friend");
    await world.relate(a, b, "block");
    await world.relate(a, c, "block");
    for (const [id, type] of [
      [a, ASSOC.follows],
      [b, ASSOC.follows],
      [a, ASSOC.friends],
      [b, ASSOC.friends],
      [c, ASSOC.requested],
    ] as const) {
      expect(world.graph.list(BigInt(id) as Id, type), `${id} ${type}`).toEqual([]);
    }
  });

  it("hides the blocker from the blocked, and keeps the blocked reachable", async ({ expect }) => {
    const {
      world,
      ids: [a, b],
    } = await people("aa", "bb");
    await world.post(b);
    expect((await world.relate(a, b, "block")).relationship.blocking).toBe(true);
    for (const name of [a, "aa"])
      expect(await codeOf(profile(world.as(b), name))).toBe("not_found");
    expect(await codeOf(users(world.as(b), a, "followers", { limit: 5, cursor: undefined }))).toBe(
      "not_found",
    );
    expect(await own(world, a, "blocks")).toEqual([b]);
    const posts = await world.profileFeed(a, b);
    expect(posts).toMatchObject({ items: [], cursor: null, hidden: {} });
    expect((await world.relate(a, b, "block", false)).relationship.blocking).toBe(false);
    expect((await world.profileFeed(a, b)).items).toHaveLength(1);
  });

  it("lets everything be undone across it, without telling of it", async ({ expect }) => {
    const {
      world,
      ids: [a, b, c],
    } = await people("aa", "bb", "cc");
    await world.relate(b, a, "mute");
    await world.relate(a, b, "block");
    // Both at once: neither had heard of the other's.
    const [id1, id2] = [BigInt(b) as Id, BigInt(a) as Id];
    const back = { op: "assocAdd", id1, atype: ASSOC.blocks, id2, timeMs: 1, data: "" } as const;
    await must(world.tao().write(shardOf(id1), [back], null));
    expect(await codeOf(relate(world.as(b), a, "mute"))).toBe("not_found");
    expect(await codeOf(relate(world.as(b), "nobody", "mute"))).toBe("not_found");
    // An answer of its own for "there is nobody" would make the other one mean a block.
    for (const relation of ["follow", "friend", "block", "mute"] as const)
      for (const whom of [a, "aa", c, "nobody", "9999999999"])
        expect(await unrelate(world.as(b), whom, relation)).toEqual({ ok: true, value: null });
    for (const type of [ASSOC.mutes, ASSOC.blocks])
      expect(world.graph.list(BigInt(b) as Id, type)).toEqual([]);
    expect(await own(world, a, "blocks")).toEqual([b]);
  });
});

describe("lists of people", () => {
  it("page by cursor, newest first, without whom a block separates", async ({ expect }) => {
    const {
      world,
      ids: [star, viewer, ...fans],
    } = await people("star", "viewer", "f0", "f1", "f2", "f3", "f4", "f5");
    for (const fan of fans) await world.relate(fan, star, "follow");
    await world.relate(viewer, fans[4] ?? "", "block");
    await world.relate(fans[2] ?? "", viewer, "block");
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = userPageSchema.parse(await list(world, viewer, star, "followers", 2, cursor));
      seen.push(...idsOf(page));
      cursor = page.cursor ?? undefined;
      if (seen.length === 2) await world.relate(viewer, star, "follow");
    } while (cursor !== undefined);
    expect(seen).toEqual([fans[5], fans[3], fans[1], fans[0]]);
    const { cursor: foreign } = await list(world, null, star, "followers", 2);
    const page = { limit: 2, cursor: foreign ?? undefined };
    expect(await codeOf(users(world.as(viewer), star, "followers", page))).toBe("invalid_cursor");
    expect(await codeOf(users(world.as(null), star, "following", page))).toBe("invalid_cursor");
    expect(await codeOf(ownList(world.as(null), "blocks", page))).toBe("unauthenticated");
  });

  it("suggests the listed whom the viewer does not know", async ({ expect }) => {
    const {
      world,
      ids: [viewer, known, friend, blocked, free],
    } = await people("viewer", "known", "friend", "blocked", "free");
    for (const id of [viewer, known, friend, blocked, free]) {
      const edge = {
        op: "assocAdd",
        id1: LISTED_ROOT,
        atype: ASSOC.listed,
        id2: BigInt(id) as Id,
        timeMs: 1,
        data: "",
      } as const;
      await must(world.tao().write(shardOf(LISTED_ROOT), [edge], null));
    }
    await world.relate(viewer, known, "follow");
    await world.befriend(viewer, friend);
    await world.relate(viewer, blocked, "block");
    expect(await must(suggested(world.as(viewer), 10))).toMatchObject({
      items: [{ id: free }],
      cursor: null,
    });
    expect((await must(suggested(world.as(null), 10))).items).toHaveLength(5);
  });
});
