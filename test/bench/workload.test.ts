import { it } from "vitest";

import { Oracle } from "../../bench/workload/oracle.ts";
import { makeWorkload } from "../../bench/workload/workload.ts";

const spec = { seed: 7, users: 300, posts: 2_000, followsMean: 20 };

it("is the same for the same seed and another for another", ({ expect }) => {
  expect(makeWorkload(spec)).toEqual(makeWorkload(spec));
  expect(makeWorkload({ ...spec, seed: 8 }).posts).not.toEqual(makeWorkload(spec).posts);
});

it("has follows like a social network: nobody twice or oneself, a few with very many", ({
  expect,
}) => {
  const { follows } = makeWorkload(spec);
  const followers = follows.map(() => 0);
  for (const [user, list] of follows.entries()) {
    expect(new Set(list).size).toBe(list.length);
    expect(list).not.toContain(user);
    expect(list.length).toBeGreaterThanOrEqual(5);
    for (const other of list) followers[other] = (followers[other] ?? 0) + 1;
  }
  const edges = followers.reduce((sum, count) => sum + count, 0);
  expect(edges / spec.users).toBeGreaterThan(spec.followsMean * 0.7);
  expect(edges / spec.users).toBeLessThan(spec.followsMean * 1.3);
  expect(Math.max(...followers)).toBeGreaterThan((5 * edges) / spec.users);
});

it("gives every post a time and a text of its own, oldest first", ({ expect }) => {
  const { posts } = makeWorkload(spec);
  const times = posts.map((post) => post.timeMs);
  expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
  expect(new Set(posts.map((post) => post.text)).size).toBe(spec.posts);
});

it("expects the newest posts of the viewer and of whom the viewer follows", ({ expect }) => {
  const post = (author: number, timeMs: number) => ({ author, timeMs, text: `t${timeMs}` });
  const workload = {
    spec,
    follows: [[1], [2], []],
    posts: [post(0, 1), post(1, 2), post(2, 3), post(1, 4), post(0, 5)],
    viewers: [],
  };
  const texts = (viewer: number, limit: number) =>
    new Oracle(workload).home(viewer, limit).map(({ text }) => text);
  expect(texts(0, 3)).toEqual(["t5", "t4", "t2"]);
  expect(texts(1, 9)).toEqual(["t4", "t3", "t2"]);
  expect(texts(2, 9)).toEqual(["t3"]);
});
