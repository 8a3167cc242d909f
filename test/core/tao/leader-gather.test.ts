import { it } from "vitest";

import { followEdge } from "../../../core/feed/writes.ts";
import { Leader, type LeaderPorts } from "../../../core/tao/leader.ts";
import { GraphWorld } from "../../fakes/graph-world.ts";

/** A leader over the world's store whose groups wait until the test lets them be taken. */
async function gatheringLeader(settings: Pick<LeaderPorts, "groupRequestsMax">) {
  const world = await GraphWorld.create(1);
  const ids = await Promise.all(Array.from({ length: 6 }, () => world.addUser(0)));
  const gate = Promise.withResolvers<void>();
  const leader = new Leader(0, world.map, {
    clock: world.clock,
    lease: world.lease,
    openStore: async (epoch) => world.store(0).open(epoch),
    pushTo: async () => null,
    sendInverses: async () => ({ ok: true, value: null }),
    arm: () => {},
    wakeLeader: async () => ({ ok: true, value: null }),
    defer: () => {},
    report: () => {},
    gather: () => gate.promise,
    ...settings,
  });
  const follow = (from: number, to: number) => {
    const [a, b] = [ids[from], ids[to]];
    if (a === undefined || b === undefined) throw new Error("no user");
    return leader.write({ writes: [followEdge(a, b, 1)], opId: null });
  };
  return { leader, follow, open: gate.resolve, commits: () => world.store(0).commits.length };
}

it("takes into one group what arrives before the group is taken", async ({ expect }) => {
  const { follow, open, commits } = await gatheringLeader({});
  const before = commits();
  const first = follow(0, 1);
  // Each of these comes in a later turn, as messages of a network do.
  for (const to of [2, 3, 4]) {
    await new Promise(setImmediate);
    void follow(0, to);
  }
  const last = follow(0, 5);
  await new Promise(setImmediate);
  expect(commits()).toBe(before);
  open();
  expect((await Promise.all([first, last])).map(({ ok }) => ok)).toEqual([true, true]);
  expect(commits() - before).toBe(1);
});

it("commits one at a time when it is told to", async ({ expect }) => {
  const { follow, open, commits } = await gatheringLeader({ groupRequestsMax: 1 });
  const before = commits();
  const all = [1, 2, 3, 4, 5].map((to) => follow(0, to));
  open();
  expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true);
  expect(commits() - before).toBe(5);
});

it("finishes a group that is still gathering before it is released", async ({ expect }) => {
  const { leader, follow, open, commits } = await gatheringLeader({});
  const before = commits();
  const write = follow(0, 1);
  await new Promise(setImmediate);
  const released = leader.release(1);
  open();
  expect((await write).ok).toBe(true);
  expect((await released).ok).toBe(true);
  expect(commits() - before).toBe(1);
});
