import fc from "fast-check";
import { it } from "vitest";

import { type Id, logicalShard } from "../../../core/ids.ts";
import { ASSOC, OBJECT } from "../../../core/tao/registry.ts";
import { mergeNewest } from "../../../core/tao/list-merge.ts";
import { type Assoc, compareListOrder, type Write } from "../../../core/tao/types.ts";
import { encodeUnionRequest } from "../../../core/tao/union.ts";
import { GraphWorld, unwrap } from "../../fakes/graph-world.ts";

const postOf = (author: Id, text: string): string =>
  JSON.stringify({ authorId: String(author), text, audience: "public", media: [], createdAtMs: 1 });

/** Everything that a line of a union tells can change; `n` makes each change a new one. */
const changes: Record<string, (user: Id, post: Id, n: number) => Write> = {
  text: (_user, id, n) => ({ op: "objUpdate", id, patch: `{"text":"edit ${n}"}` }),
  owner: (id, _post, n) => ({ op: "objUpdate", id, patch: `{"name":"name ${n}"}` }),
  deletion: (_user, id) => ({ op: "objDelete", id }),
  like: (id1, id2, timeMs) => {
    const data = '{"kind":"like"}';
    return { op: "assocAdd", id1, atype: ASSOC.likes, id2, timeMs, data };
  },
  unlike: (id1, id2) => ({ op: "assocDelete", id1, atype: ASSOC.likes, id2 }),
  edge: (id1, id2, n) => {
    const data = `{"a":${n % 3}}`;
    return { op: "assocAdd", id1, atype: ASSOC.authored, id2, timeMs: 10 + n, data };
  },
  unlisted: (id1, id2) => ({ op: "assocDelete", id1, atype: ASSOC.authored, id2 }),
};

it("answers after any change like a follower that has cached nothing", async ({ expect }) => {
  const step = fc.record({
    change: fc.constantFrom(...Object.keys(changes)),
    user: fc.nat(1),
    post: fc.nat(3),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const world = await GraphWorld.create(1);
      const users = [await world.addUser(0, "one"), await world.addUser(0, "two")];
      const posts: { readonly author: Id; readonly id: Id }[] = [];
      for (const n of [0, 1, 2, 3]) {
        const author = users[n % 2] ?? users[0];
        if (author === undefined) continue;
        const data = postOf(author, `post ${n}`);
        const [added] = await world.write(0, [
          { op: "objAdd", otype: OBJECT.post, shard: logicalShard(0), data },
        ]);
        if (added === undefined) continue;
        const edge = { id1: author, atype: ASSOC.authored, id2: added.id, timeMs: n, data: "" };
        await world.write(0, [{ op: "assocAdd", ...edge }]);
        posts.push({ author, id: added.id });
      }
      const text = encodeUnionRequest({
        id1s: users,
        atype: ASSOC.authored,
        after: null,
        limit: 10,
        counts: [ASSOC.likedBy],
        atLeast: null,
      });
      const answer = async (region?: string) => unwrap(await world.follower(0, region).union(text));
      await answer();
      for (const [n, { change, user, post }] of steps.entries()) {
        await answer(); // Now everything is cached, lines too.
        const chosen = posts[post];
        const liker = users[user];
        if (chosen === undefined || liker === undefined) continue;
        const by = change.endsWith("like") || change === "owner" ? liker : chosen.author;
        const write = changes[change]?.(by, chosen.id, n);
        if (write === undefined) continue;
        await world.leader(0).write({ writes: [write], opId: null });
        await world.idle();
        expect(await answer()).toBe(await answer(`cold-${n}`));
      }
    }),
    { numRuns: 100 },
  );
});

it("renders an edge anew when it changed, also one without an inverse", async ({ expect }) => {
  const world = await GraphWorld.create(1);
  const id1 = await world.addUser(0);
  const mute = { op: "assocAdd", id1, atype: ASSOC.mutes, id2: 9n as Id, data: "" } as const;
  const times = async () => {
    const request = { id1s: [id1], atype: ASSOC.mutes, after: null, limit: 5, counts: [] };
    return unwrap(await world.tao().union(request)).entries.map((entry) => entry.timeMs);
  };
  await world.write(0, [{ ...mute, timeMs: 1 }]);
  expect([await times(), await times()]).toEqual([[1], [1]]);
  await world.write(0, [{ ...mute, timeMs: 2 }]);
  await world.idle();
  expect(await times()).toEqual([2]);
});

it("merges sorted lists like one sorted list", ({ expect }) => {
  const entry = fc.record({ timeMs: fc.nat(20), id2: fc.bigInt({ min: 0n, max: 500n }) });
  const list = fc.record({
    drawn: fc.uniqueArray(entry, { selector: ({ id2 }) => id2, maxLength: 12 }),
    start: fc.nat(4),
  });
  fc.assert(
    fc.property(fc.array(list, { maxLength: 6 }), fc.nat(30), (lists, limit) => {
      const parts = lists.map(({ drawn, start }, place) => ({
        entries: drawn
          .map(({ timeMs, id2 }) => ({ id1: BigInt(place), timeMs, id2: id2 as Id }) as Assoc)
          .toSorted(compareListOrder),
        start,
        more: false,
      }));
      const all = parts
        .flatMap(({ entries, start: from }) => entries.slice(from))
        .toSorted(compareListOrder);
      const { page, more, id1s } = mergeNewest(parts, limit);
      const keys = (assocs: readonly Assoc[]) => assocs.map((a) => `${a.timeMs}:${a.id2}`);
      expect(keys(page)).toEqual(keys(all.slice(0, limit)));
      expect(more).toBe(all.length > limit);
      expect(id1s).toEqual([...new Set(page.map(({ id1 }) => id1))]);
    }),
  );
});
