import * as fc from "fast-check";
import { it } from "vitest";

import { commentPayload, postPayload, userPayload } from "../../core/tao/registry.ts";
import { FOLLOWS_MAX } from "../../dev/world/graph.ts";
import { TOPICS } from "../../dev/world/topics/all.ts";
import { defaultSpec, generateWorld, type World } from "../../dev/world/world.ts";

const NOW_MS = 1_780_000_000_000;
const world = generateWorld(defaultSpec(1, 400, NOW_MS));
const allPosts = (of: World) => of.people.flatMap((person) => of.postsOf(person.index));
const posts = allPosts(world);

it("is the same world for the same seed, in whatever order it is asked for", ({ expect }) => {
  const again = generateWorld(defaultSpec(1, 400, NOW_MS));
  const last = again.postsOf(399);
  expect(again.people).toEqual(world.people);
  expect(last).toEqual(world.postsOf(399));
  expect(allPosts(again)).toEqual(posts);
  expect(posts.map((post) => again.commentsOn(post))).toEqual(
    posts.map((post) => world.commentsOn(post)),
  );
  expect(allPosts(generateWorld(defaultSpec(2, 400, NOW_MS)))).not.toEqual(posts);
});

it("gives everyone a handle of their own that the product takes", ({ expect }) => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 2, max: 600 }), (seed, users) => {
      const { people } = generateWorld({
        ...defaultSpec(seed, users, NOW_MS),
        followsPerUser: 1,
        friendsPerUser: 0,
      });
      expect(new Set(people.map((person) => person.handle)).size).toBe(users);
      for (const { handle, name, bio, createdAtMs } of people) {
        userPayload.parse({ handle, name, bio, avatar: null, createdAtMs });
      }
    }),
    { numRuns: 25 },
  );
});

it("follows by a heavy-tailed law, inside bounds, never oneself", ({ expect }) => {
  const large = generateWorld(defaultSpec(3, 4_000, NOW_MS));
  const popularity = large.people
    .map((person) => large.graph.followers.of(person.index).length)
    .toSorted((a, b) => b - a);
  const total = large.graph.follows.size;
  const topPercent = popularity.slice(0, 40).reduce((sum, count) => sum + count, 0);
  const mean = total / 4_000;
  expect(mean).toBeGreaterThan(25);
  expect(mean).toBeLessThan(50);
  expect(topPercent / total).toBeGreaterThan(0.08);
  expect(popularity[2_000]).toBeLessThan(mean);
  for (const person of large.people) {
    const followed = [...large.graph.follows.of(person.index)];
    expect(followed.length).toBeLessThanOrEqual(FOLLOWS_MAX);
    expect(new Set(followed).size).toBe(followed.length);
    expect(followed).not.toContain(person.index);
  }
});

it("keeps friendship mutual", ({ expect }) => {
  const { friends } = world.graph;
  expect(friends.size).toBeGreaterThan(1_000);
  for (const person of world.people) {
    for (const other of friends.of(person.index)) expect(friends.of(other)).toContain(person.index);
  }
});

it("tells time forwards: joined, posted, commented, answered, reacted, now", ({ expect }) => {
  for (const person of world.people) {
    const times = world.postsOf(person.index).map((post) => post.atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.min(...times)).toBeGreaterThan(person.createdAtMs);
    expect(Math.max(...times)).toBeLessThan(NOW_MS);
  }
  const joinedMs = (index: number) => world.people[index]?.createdAtMs ?? NOW_MS;
  for (const post of posts) {
    if (post.about !== null) {
      const original = world.postsOf(post.about.author)[post.about.place];
      expect(original?.kind).toBe("original");
      expect(original?.audience).toBe("public");
      expect(original?.atMs).toBeLessThan(post.atMs);
    }
    const comments = world.commentsOn(post);
    for (const comment of comments) {
      const parent = comment.replyTo === null ? post : comments[comment.replyTo];
      expect(comment.atMs).toBeGreaterThanOrEqual(parent?.atMs ?? NOW_MS);
      expect(comment.atMs).toBeLessThan(NOW_MS);
      expect(comment.atMs).toBeGreaterThan(joinedMs(comment.author));
    }
    for (const reaction of world.reactionsTo(post)) {
      expect(reaction.atMs).toBeGreaterThanOrEqual(post.atMs);
      expect(reaction.atMs).toBeGreaterThan(joinedMs(reaction.user));
    }
  }
});

it("shares no post twice by the same person", ({ expect }) => {
  for (const person of world.people) {
    const shared = world
      .postsOf(person.index)
      .flatMap(({ about }) => (about === null ? [] : [`${about.author}/${about.place}`]));
    expect(new Set(shared).size).toBe(shared.length);
  }
});

it("lets only those react and comment who may see the post", ({ expect }) => {
  const { graph } = world;
  const talkers = (post: (typeof posts)[number]) => [
    ...world.commentsOn(post).map((comment) => comment.author),
    ...world.reactionsTo(post).map((reaction) => reaction.user),
  ];
  const of = (audience: string) => posts.filter((post) => post.audience === audience);
  expect(of("friends").length).toBeGreaterThan(50);
  for (const post of of("only_me")) expect(talkers(post)).toEqual([]);
  for (const post of of("friends")) {
    for (const who of talkers(post))
      expect([post.ref.author, ...graph.friends.of(post.ref.author)]).toContain(who);
  }
  for (const post of of("followers")) {
    for (const who of talkers(post))
      expect([post.ref.author, ...graph.followers.of(post.ref.author)]).toContain(who);
  }
  expect(of("public").length / posts.length).toBeGreaterThan(0.8);
});

it("writes what the product accepts, without holes, and varied", ({ expect }) => {
  const handles = new Set(world.people.map((person) => person.handle));
  const originals = posts.filter((post) => post.kind !== "repost");
  for (const { text, audience, atMs } of originals) {
    postPayload.parse({ authorId: "1", text, audience, media: [], createdAtMs: atMs });
    expect(text).not.toMatch(/[{}]|undefined|\.\.$| \/|\/ /);
    for (const [, mentioned = ""] of text.matchAll(/@(\w+)/g)) expect(handles).toContain(mentioned);
  }
  for (const comment of posts.flatMap((post) => world.commentsOn(post))) {
    commentPayload.parse({
      authorId: "1",
      postId: "2",
      text: comment.text,
      createdAtMs: comment.atMs,
    });
    expect(comment.text).not.toMatch(/[{}]|undefined/);
  }
  expect(new Set(originals.map((post) => post.text)).size / originals.length).toBeGreaterThan(0.75);
});

it("has every slot of every topic filled", ({ expect }) => {
  expect(TOPICS.length).toBeGreaterThanOrEqual(20);
  for (const topic of TOPICS) {
    for (const [field, phrases] of Object.entries(topic)) {
      if (Array.isArray(phrases))
        expect(phrases.length, `${topic.key}.${field}`).toBeGreaterThanOrEqual(2);
    }
  }
});
