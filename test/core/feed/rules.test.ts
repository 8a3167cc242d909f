import { describe, it } from "vitest";

import { comments, addComment } from "../../../core/feed/usecases/comments.ts";
import { post } from "../../../core/feed/usecases/posts.ts";
import { deletePost, setAudience } from "../../../core/feed/usecases/own-posts.ts";
import { react, reactions } from "../../../core/feed/usecases/reactions.ts";
import type { Audience } from "../../../core/feed/schemas.ts";
import { LIMITS } from "../../../core/limits.ts";
import { codeOf, FeedWorld, idsOf, must } from "../../fakes/feed-world.ts";

const PAGE = { limit: 20, cursor: undefined };

describe("audience, cell by cell", () => {
  // "both" is a friend who follows; home merges follows and friends only, so a stranger's is the profile.
  const viewers = ["self", "follower", "friend", "both", "stranger", "visitor"] as const;
  const cells: Record<Audience, readonly (typeof viewers)[number][]> = {
    public: ["self", "follower", "friend", "both", "stranger", "visitor"],
    followers: ["self", "follower", "both"],
    friends: ["self", "friend", "both"],
    only_me: ["self"],
  };

  async function cast() {
    const world = new FeedWorld();
    const author = await world.user("author");
    const people = {
      self: author,
      follower: await world.user("follower"),
      friend: await world.user("friend"),
      both: await world.user("both"),
      stranger: await world.user("stranger"),
      visitor: null,
    };
    await world.relate(people.follower, author, "follow");
    await world.befriend(people.friend, author);
    await world.relate(people.both, author, "follow");
    await world.befriend(people.both, author);
    return { world, author, people };
  }

  it.for(Object.keys(cells) as Audience[])("%s", async (audience, { expect }) => {
    const { world, author, people } = await cast();
    const { id } = await world.post(author, { audience });
    for (const name of viewers) {
      const viewer = people[name];
      const sees = cells[audience].includes(name);
      const label = `${audience} to ${name}`;
      const call = () => world.as(viewer);
      expect(await codeOf(post(call(), id)), label).toBe(sees ? "" : "not_found");
      expect(idsOf(await world.profileFeed(viewer, author)), label).toEqual(sees ? [id] : []);
      expect(await codeOf(comments(call(), id, PAGE)), label).toBe(sees ? "" : "not_found");
      expect(await codeOf(reactions(call(), "post", id, PAGE)), label).toBe(
        sees ? "" : "not_found",
      );
      if (viewer === null) continue;
      const inHome = sees && name !== "stranger";
      expect(idsOf(await world.home(viewer)), label).toEqual(inHome ? [id] : []);
      expect(await codeOf(react(call(), "post", id, "like")), label).toBe(sees ? "" : "not_found");
      const comment = addComment(call(), id, { text: "hello" });
      expect(await codeOf(comment), label).toBe(sees ? "" : "not_found");
    }
  });

  it("tells nothing of what it hides: same answer as for what never existed", async ({
    expect,
  }) => {
    const { world, author, people } = await cast();
    const hidden = await world.post(author, { audience: "only_me" });
    const missing = await world.post(author);
    await must(deletePost(world.as(author), missing.id));
    for (const viewer of [people.stranger, people.follower, null]) {
      expect(await post(world.as(viewer), hidden.id)).toEqual(
        await post(world.as(viewer), missing.id),
      );
      const page = await world.profileFeed(viewer, author);
      expect(page).toMatchObject({ items: [], cursor: null, hidden: {} });
    }
  });
});

describe("rules of the home feed", () => {
  async function pair() {
    const world = new FeedWorld();
    const [viewer, author] = [await world.user("viewer"), await world.user("author")];
    await world.relate(viewer, author, "follow");
    return { world, viewer, author, post: await world.post(author) };
  }

  it("shows followed authors, friends and the viewer; newest first, with authors and counts", async ({
    expect,
  }) => {
    const { world, viewer, author, post: first } = await pair();
    const friend = await world.user("friend");
    await world.befriend(friend, viewer);
    const second = await world.post(friend);
    const own = await world.post(viewer);
    await world.post(await world.user("stranger"));
    await must(react(world.as(friend), "post", first.id, "love"));
    await must(addComment(world.as(friend), first.id, { text: "hi" }));
    await must(react(world.as(viewer), "post", second.id, "wow"));

    const page = await world.home(viewer);
    expect(idsOf(page)).toEqual([own.id, second.id, first.id]);
    expect(page).toMatchObject({ mode: "latest", reason: "requested", cursor: null, ageMs: 0 });
    expect(page.items[2]?.author).toMatchObject({ id: author, handle: "author" });
    expect(page.items[2]?.counts).toEqual({ reactions: 1, comments: 1, reposts: 0 });
    expect(page.items[1]?.viewer.reaction).toBe("wow");
    expect(page.items[2]?.viewer.reaction).toBeNull();
  });

  it("shows nothing of whom the viewer unfollowed", async ({ expect }) => {
    const { world, viewer, author } = await pair();
    await world.relate(viewer, author, "follow", false);
    expect((await world.home(viewer)).items).toEqual([]);
  });

  it.for(["viewer", "author"] as const)(
    "shows nothing across a block by the %s",
    async (by, { expect }) => {
      const { world, viewer, author } = await pair();
      const other = await world.user("other");
      await world.relate(viewer, other, "follow");
      const repost = await world.post(other, { repostOf: (await world.post(author)).id });
      const quote = await world.post(other, { quoteOf: (await world.post(author)).id });
      expect((await world.home(viewer)).items[0]?.quoteOf).not.toBeNull();
      expect(idsOf(await world.profileFeed(viewer, other))).toContain(repost.id);

      await (by === "viewer"
        ? world.relate(viewer, author, "block")
        : world.relate(author, viewer, "block"));
      const page = await world.home(viewer);
      expect(idsOf(page)).toEqual([quote.id]);
      expect(page.items[0]?.quoteOf).toBeNull();
      expect(page.hidden).toEqual(by === "viewer" ? { blocked: 1 } : { original: 1 });
    },
  );

  it("shows the viewer's reaction on what is embedded, however old it is", async ({ expect }) => {
    const { world, viewer, author, post: original } = await pair();
    const other = await world.user("other");
    await world.relate(viewer, other, "follow");
    await must(react(world.as(viewer), "post", original.id, "wow"));
    for (let i = 0; i < LIMITS.viewerReactionsMax; i++) {
      const newer = await world.post(author);
      await must(react(world.as(viewer), "post", newer.id, "like"));
    }
    const quote = await world.post(other, { quoteOf: original.id });

    const { items } = await world.home(viewer);
    const embedded = items.find((item) => item.id === quote.id)?.quoteOf;
    expect(embedded?.viewer).toEqual({ reaction: "wow" });
    expect(embedded?.counts.reactions).toBe(1);
  });

  it("leaves muted people out of the home feed, embedded ones too, and of nothing else", async ({
    expect,
  }) => {
    const { world, viewer, author, post: muted } = await pair();
    const other = await world.user("other");
    await world.relate(viewer, other, "follow");
    await world.post(other, { repostOf: muted.id });
    const quote = await world.post(other, { quoteOf: muted.id });
    await world.relate(viewer, author, "mute");

    const page = await world.home(viewer);
    expect(idsOf(page)).toEqual([quote.id]);
    expect(page.items[0]?.quoteOf).toBeNull();
    expect(page.hidden).toEqual({ muted: 1 });
    expect(idsOf(await world.profileFeed(viewer, author))).toEqual([muted.id]);
  });

  it.for(["deleted", "only_me"] as const)(
    "drops reposts and empties quotes of what is %s",
    async (how, { expect }) => {
      const { world, viewer, author } = await pair();
      const other = await world.user("other");
      const original = await world.post(other);
      const repost = await world.post(author, { repostOf: original.id });
      const quote = await world.post(author, { quoteOf: original.id });
      const before = await world.home(viewer);
      expect(before.items.find((item) => item.id === repost.id)?.repostOf?.id).toBe(original.id);
      expect(before.items.find((item) => item.id === quote.id)?.quoteOf?.author.id).toBe(other);

      await (how === "deleted"
        ? must(deletePost(world.as(other), original.id))
        : must(setAudience(world.as(other), original.id, "only_me")));
      const after = await world.home(viewer);
      expect(idsOf(after)).not.toContain(repost.id);
      expect(after.items.find((item) => item.id === quote.id)?.quoteOf).toBeNull();
      expect(after.hidden).toEqual({ original: 1 });
    },
  );

  it("shows one of several reposts, and the original instead of any", async ({ expect }) => {
    const { world, viewer, author } = await pair();
    const [other, far] = [await world.user("other"), await world.user("far")];
    await world.relate(viewer, other, "follow");
    const outside = await world.post(far);
    await world.post(author, { repostOf: outside.id });
    const newest = await world.post(other, { repostOf: outside.id });
    const inside = await world.post(author);
    await world.post(other, { repostOf: inside.id });

    const page = await world.home(viewer);
    expect(idsOf(page).slice(0, 2)).toEqual([inside.id, newest.id]);
    expect(page.items).toHaveLength(3);
    expect(page.hidden).toEqual({ duplicate: 2 });
  });

  it("takes the authors' facts of a quoted post from relations, not from the page", async ({
    expect,
  }) => {
    const { world, viewer, author } = await pair();
    const friend = await world.user("friend");
    await world.befriend(friend, viewer);
    const secret = await world.post(friend, { audience: "friends" });
    await world.befriend(author, friend);
    const quote = await world.post(author, { quoteOf: secret.id });
    const stranger = await world.user("stranger");
    await world.relate(stranger, author, "follow");

    const shown = (page: { items: { id: string; quoteOf?: unknown }[] }) =>
      page.items.find((item) => item.id === quote.id)?.quoteOf;
    expect(shown(await world.home(viewer))).toMatchObject({ id: secret.id });
    expect(shown(await world.home(stranger))).toBeNull();
  });
});
