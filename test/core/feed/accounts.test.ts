import { describe, it } from "vitest";

import { settingsSchema, userSchema } from "../../../core/feed/schemas.ts";
import {
  createUser,
  settings,
  updateSettings,
  updateUser,
} from "../../../core/feed/usecases/accounts.ts";
import { deletePost, setAudience } from "../../../core/feed/usecases/own-posts.ts";
import { profile, userByHandle } from "../../../core/feed/usecases/profiles.ts";
import type { Id } from "../../../core/ids.ts";
import { codeOf, FeedWorld, must } from "../../fakes/feed-world.ts";

const ada = { handle: "ada", name: "Ada", bio: "numbers" };

describe("accounts", () => {
  it("signs up, and is found by id, handle and as me", async ({ expect }) => {
    const world = new FeedWorld();
    const user = await must(createUser(world.as(null), ada));
    expect(userSchema.parse(user)).toMatchObject({
      ...ada,
      avatar: null,
      createdAtMs: world.nowMs,
    });
    expect(await must(userByHandle(world.as(null), "ada"))).toEqual(user);
    for (const name of [user.id, "ada", "me"]) {
      expect(await must(profile(world.as(user.id), name)), name).toMatchObject({
        id: user.id,
        counts: { posts: 0, followers: 0, following: 0, friends: 0 },
        relationship: { self: true, following: false, friend: "none" },
      });
    }
  });

  it("tells others the number of public posts, and nothing of the rest", async ({ expect }) => {
    const world = new FeedWorld();
    const [author, reader] = [await world.user("author"), await world.user("reader")];
    const secret = await world.post(author, { audience: "only_me" });
    const open = await world.post(author);
    const countFor = async (viewer: string | null) =>
      (await must(profile(world.as(viewer), author))).counts.posts;
    expect([await countFor(author), await countFor(reader), await countFor(null)]).toEqual([
      2, 1, 1,
    ]);

    await must(setAudience(world.as(author), secret.id, "public"));
    expect(await countFor(reader)).toBe(2);
    await must(setAudience(world.as(author), secret.id, "friends"));
    await must(deletePost(world.as(author), open.id));
    expect([await countFor(author), await countFor(reader)]).toEqual([1, 0]);
  });

  it("refuses a taken handle and leaves no second user behind", async ({ expect }) => {
    const world = new FeedWorld();
    await must(createUser(world.as(null), ada));
    const added: Id[] = [];
    const tao = world.tao();
    const write = tao.write.bind(tao);
    tao.write = async (...args) => {
      const result = await write(...args);
      if (result.ok) added.push(...result.value.results.map(({ id }) => id));
      return result;
    };
    const second = await createUser(world.as(null, { tao }), { ...ada, name: "Other" });
    expect(second).toEqual({
      ok: false,
      error: { code: "conflict", reason: "the handle is taken" },
    });
    expect(added.length).toBeGreaterThan(0);
    expect(added.map((id) => world.graph.object(id))).toEqual(added.map(() => null));
    expect((await must(userByHandle(world.as(null), "ada"))).name).toBe("Ada");
  });

  it("answers a retried sign-up with the first user, even one cut short before its claim", async ({
    expect,
  }) => {
    const world = new FeedWorld();
    const tao = world.tao();
    const write = tao.write.bind(tao);
    let writes = 0;
    tao.write = async (...args) => {
      if (writes++ === 1) tao.down.add("write");
      return write(...args);
    };
    expect(await codeOf(createUser(world.as(null, { key: "k1", tao }), ada))).toBe("unavailable");
    world.nowMs += 5_000;
    const retried = await must(createUser(world.as(null, { key: "k1" }), ada));
    world.nowMs += 5_000;
    expect(await must(createUser(world.as(null, { key: "k1" }), ada))).toEqual(retried);
    expect(retried.createdAtMs).toBe(world.nowMs - 10_000);
    const other = createUser(world.as(null, { key: "k1" }), { ...ada, name: "Other" });
    expect(await codeOf(other)).toBe("idempotency_mismatch");
  });

  it("changes the profile, field by field", async ({ expect }) => {
    const world = new FeedWorld();
    const user = await must(createUser(world.as(null), ada));
    const changed = await must(updateUser(world.as(user.id), { bio: "engines", avatar: null }));
    expect(changed).toEqual({ ...user, bio: "engines" });
    expect(await codeOf(updateUser(world.as(null), { bio: "" }))).toBe("unauthenticated");
    const nobody = await updateUser(world.as("7"), { bio: "" });
    expect(nobody).toEqual({ ok: false, error: { code: "not_found", what: "user" } });
  });

  it("keeps settings to their owner, with a default", async ({ expect }) => {
    const world = new FeedWorld();
    const id = await world.user("ada");
    const before = await must(settings(world.as(id)));
    expect(settingsSchema.parse(before)).toMatchObject({
      feedMode: "ranked",
      defaultAudience: "public",
    });
    const chosen = { ...before, theme: "dark", defaultAudience: "friends" } as const;
    expect(await must(updateSettings(world.as(id), chosen))).toEqual(chosen);
    expect(await must(settings(world.as(id)))).toEqual(chosen);
    expect(await codeOf(settings(world.as(null)))).toBe("unauthenticated");
    expect((await world.post(id, { audience: undefined })).audience).toBe("friends");
  });

  it("knows nobody by a post's id, a free handle or nonsense", async ({ expect }) => {
    const world = new FeedWorld();
    const id = await world.user("ada");
    const { id: postId } = await world.post(id);
    for (const name of [postId, "nobody", "", "../ada", "9".repeat(30), "-1"]) {
      expect(await codeOf(profile(world.as(id), name)), name).toBe("not_found");
    }
    expect(await codeOf(profile(world.as(null), "me"))).toBe("unauthenticated");
  });

  it("finds a handle of digits", async ({ expect }) => {
    const world = new FeedWorld();
    const id = await world.user("1815");
    expect((await must(profile(world.as(null), "1815"))).id).toBe(id);
  });
});
