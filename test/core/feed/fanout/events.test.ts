import fc from "fast-check";
import { describe, it } from "vitest";

import type { GraphEvent } from "../../../../core/feed/fanout/events.ts";
import { eventsOf } from "../../../../core/feed/fanout/events-of.ts";
import { decodeEvent, encodeEvent } from "../../../../core/feed/fanout/work.ts";
import {
  authoredData,
  commentWrites,
  followEdge,
  friendEdge,
  postWrites,
  reactionEdge,
  repostEdge,
} from "../../../../core/feed/writes.ts";
import { remove } from "../../../../core/feed/usecases/write-parts.ts";
import { type Id, shardOf } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { ASSOC, AUDIENCES } from "../../../../core/tao/registry.ts";
import { physicalShardOf } from "../../../../core/tao/shard-map.ts";
import { type AssocType, resultId, type Write } from "../../../../core/tao/types.ts";
import { GraphWorld, unwrap } from "../../../fakes/graph-world.ts";

const SHARDS = 2;
const USERS = 4;

async function newWorld() {
  const world = await GraphWorld.create(SHARDS);
  const users: Id[] = [];
  for (let n = 0; n < USERS; n++) users.push(await world.addUser(n % SHARDS));
  const write = async (on: Id, writes: readonly Write[]) =>
    world.write(physicalShardOf(world.map, on), writes);
  /** What every shard's log meant, in its order. */
  const events = async (): Promise<GraphEvent[]> => {
    await world.idle();
    await world.ringAlarms();
    return world.stores.flatMap((store) =>
      store.commits.flatMap(({ records }) => records.flatMap(eventsOf)),
    );
  };
  const user = (n: number): Id => users[n % USERS] ?? (0n as Id);
  const post = async (n: number, audience: (typeof AUDIENCES)[number], createdAtMs: number) => {
    const fields = { author: user(n), text: "x", audience, media: [], createdAtMs };
    const [added] = await write(user(n), postWrites(fields));
    return added?.id ?? (0n as Id);
  };
  const edges = async (id1: Id, atype: AssocType) => {
    const reads = [
      { op: "assocRange", id1, atype, after: null, limit: 1_000 },
      { op: "assocCount", id1, atype },
    ] as const;
    const leader = world.leader(physicalShardOf(world.map, id1));
    const [range, count] = unwrap(await leader.read({ reads, atLeast: null })).results;
    if (range?.op !== "assocRange" || count?.op !== "assocCount") throw new Error("unexpected");
    return { assocs: range.assocs, count: count.count };
  };
  return { world, users, user, write, post, events, edges, nowMs: world.clock.nowMs() };
}

const op = fc.record({
  kind: fc.constantFrom(
    "post",
    "delete",
    "audience",
    "follow",
    "unfollow",
    "friend",
    "block",
    "mute",
    "like",
    "unlike",
    "comment",
    "repost",
  ),
  who: fc.nat(USERS - 1),
  whom: fc.nat(USERS - 1),
  which: fc.nat(20),
  audience: fc.constantFrom(...AUDIENCES),
});

it("lets whoever follows the events know what the graph says", async ({ expect }) => {
  await fc.assert(
    fc.asyncProperty(fc.array(op, { maxLength: 40 }), async (ops) => {
      const { world, users, user, write, post, events, edges, nowMs } = await newWorld();
      const posts: { readonly id: Id; readonly author: Id }[] = [];
      for (const { kind, who, whom, which, audience } of ops) {
        const [me, other] = [user(who), user(whom)];
        const chosen = posts[which % Math.max(1, posts.length)];
        if (kind === "post") posts.push({ id: await post(who, audience, nowMs), author: me });
        else if (kind === "follow" && me !== other) await write(me, [followEdge(me, other, nowMs)]);
        else if (kind === "unfollow") await write(me, [remove(me, ASSOC.follows, other)]);
        else if (kind === "friend" && me !== other) {
          const edge = friendEdge(me, other, nowMs);
          await write(me < other ? me : other, [edge]);
        } else if (kind === "block" || kind === "mute") {
          const atype = kind === "block" ? ASSOC.blocks : ASSOC.mutes;
          const edge = {
            op: "assocAdd",
            id1: me,
            atype,
            id2: other,
            timeMs: nowMs,
            data: "",
          } as const;
          await write(me, [edge]);
        } else if (chosen === undefined) continue;
        else if (kind === "delete") {
          const { id, author } = chosen;
          await write(author, [{ op: "objDelete", id }, remove(author, ASSOC.authored, id)]);
        } else if (kind === "audience") {
          const { id: id2, author: id1 } = chosen;
          const data = authoredData(audience);
          const list = await edges(id1, ASSOC.authored);
          if (!list.assocs.some((edge) => edge.id2 === id2)) continue;
          await write(id1, [
            { op: "objUpdate", id: id2, patch: JSON.stringify({ audience }) },
            { op: "assocAdd", id1, atype: ASSOC.authored, id2, timeMs: nowMs, data },
          ]);
        } else if (kind === "like") await write(me, [reactionEdge(me, chosen.id, "like", nowMs)]);
        else if (kind === "unlike") await write(me, [remove(me, ASSOC.likes, chosen.id)]);
        else if (kind === "comment")
          await write(
            chosen.id,
            commentWrites({ post: chosen.id, author: me, text: "hm", createdAtMs: nowMs }),
          );
        else if (kind === "repost") await write(me, [repostEdge(me, chosen.id, nowMs)]);
      }

      const seen = follow(await events());
      for (const author of users) {
        const { assocs } = await edges(author, ASSOC.authored);
        const known = [...seen.posts].filter(([, found]) => found.author === author);
        const stored = assocs.map(({ id2, data }) => [id2, data === "" ? 0 : rank(data)]);
        expect(known.map(([id, { audience }]) => [id, audience]).toSorted()).toEqual(
          stored.toSorted(),
        );
        for (const [relation, atype] of RELATIONS) {
          const others = (await edges(author, atype)).assocs.map(({ id2 }) => id2);
          const told = seen.relations.get(`${relation} ${author}`) ?? new Set();
          expect([...told].toSorted(), relation).toEqual(others.toSorted());
        }
      }
      for (const { id } of posts) {
        for (const [of, atype] of COUNTS) {
          const { count } = await edges(id, atype);
          expect(seen.counts.get(`${of} ${id}`) ?? 0, of).toBe(count);
        }
      }
      expect(world.reports).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

const RELATIONS = [
  ["follows", ASSOC.follows],
  ["friends", ASSOC.friends],
  ["blocks", ASSOC.blocks],
  ["blockedBy", ASSOC.blockedBy],
  ["mutes", ASSOC.mutes],
] as const;
const COUNTS = [
  ["reactions", ASSOC.likedBy],
  ["comments", ASSOC.comments],
  ["reposts", ASSOC.repostedBy],
] as const;
const rank = (data: string): number => (JSON.parse(data) as { a?: number }).a ?? 0;

/** What a consumer knows that has only the events. */
function follow(events: readonly GraphEvent[]) {
  const posts = new Map<Id, { author: Id; audience: number }>();
  const relations = new Map<string, Set<Id>>();
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.kind === "posted" || event.kind === "audience")
      posts.set(event.post, { author: event.author, audience: event.audience });
    else if (event.kind === "unposted") posts.delete(event.post);
    else if (event.kind === "counted") counts.set(`${event.of} ${event.post}`, event.count);
    else if (event.kind === "related") {
      const key = `${event.relation} ${event.viewer}`;
      const set = relations.get(key) ?? new Set();
      relations.set(key, set);
      if (event.on) set.add(event.other);
      else set.delete(event.other);
    }
  }
  return { posts, relations, counts };
}

describe("events", () => {
  it("say who did what, and name the comment", async ({ expect }) => {
    const { user, write, post, events, nowMs } = await newWorld();
    const id = await post(0, "public", nowMs);
    await write(user(1), [reactionEdge(user(1), id, "love", nowMs)]);
    const comment = { post: id, author: user(2), text: "hm", createdAtMs: nowMs };
    const [added] = await write(id, commentWrites(comment));
    await write(user(3), [followEdge(user(3), user(0), nowMs)]);
    const acted = (await events()).filter((event) => event.kind === "acted");
    const log = { at: expect.anything(), fromMs: expect.any(Number) };
    const common = { ...log, kind: "acted", timeMs: nowMs, on: true };
    expect(acted).toEqual(
      expect.arrayContaining([
        { ...common, act: "like", actor: user(1), target: id, by: null },
        { ...common, act: "comment", actor: user(2), target: id, by: added?.id },
        { ...common, act: "follow", actor: user(3), target: user(0), by: null },
      ]),
    );
    expect(acted).toHaveLength(3);
  });

  it("of one place in the log have that place, and cross a wire as they are", async ({
    expect,
  }) => {
    const { user, write, post, events, nowMs } = await newWorld();
    const id = await post(0, "friends", nowMs);
    await write(user(1), [
      reactionEdge(user(1), id, "like", nowMs),
      repostEdge(user(1), id, nowMs),
    ]);
    const settings = {
      feedMode: "latest",
      defaultAudience: "public",
      theme: "dark",
      autoplay: true,
    };
    const data = JSON.stringify(settings);
    const self = { id1: user(0), atype: ASSOC.settings, id2: user(0) } as const;
    await write(user(0), [{ op: "assocAdd", ...self, timeMs: nowMs, data }]);
    await write(user(0), [{ op: "objDelete", id }, ...unlist(user(0), id)]);
    const all = await events();
    expect(all.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["posted", "counted", "acted", "settings", "unposted"]),
    );
    expect(all.map((event) => decodeEvent(encodeEvent(event)))).toEqual(all);
    expect(all.every(({ fromMs, at }) => fromMs >= nowMs && at.seq > 0)).toBe(true);
  });

  it("of an import mean nothing; what is taken away, or narrowed, always does", async ({
    expect,
  }) => {
    const { user, write, post, events, nowMs } = await newWorld();
    const oldMs = nowMs - LIMITS.fanoutAgeMaxMs - 1;
    const id = await post(0, "public", oldMs);
    await write(user(1), [
      followEdge(user(1), user(0), oldMs),
      reactionEdge(user(1), id, "like", oldMs),
    ]);
    expect(await events()).toEqual([]);

    const edge = { id1: user(0), atype: ASSOC.authored, id2: id } as const;
    const data = authoredData("only_me");
    await write(user(0), [{ op: "assocAdd", ...edge, timeMs: oldMs, data }]);
    await write(user(1), [{ op: "assocDelete", id1: user(1), atype: ASSOC.follows, id2: user(0) }]);
    await write(user(0), unlist(user(0), id));
    const kinds = (await events()).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(["acted", "audience", "related", "unposted"]);
  });

  it("of a post that changes in the same record are no new post's", async ({ expect }) => {
    const { user, write, post, events, nowMs } = await newWorld();
    const id = await post(0, "public", nowMs);
    const edge = { id1: user(0), atype: ASSOC.authored, id2: id, timeMs: nowMs } as const;
    await write(user(0), [
      { op: "objUpdate", id, patch: JSON.stringify({ audience: "friends" }) },
      { op: "assocAdd", ...edge, data: authoredData("friends") },
    ]);
    expect((await events()).map(({ kind }) => kind)).toEqual(["posted", "audience"]);
  });

  it("tell a post of the very record from one that was there", async ({ expect }) => {
    const { user, write, events, nowMs } = await newWorld();
    const fields = {
      author: user(0),
      text: "x",
      audience: "public",
      media: [],
      createdAtMs: nowMs,
    } as const;
    const [first] = await write(user(0), [
      ...postWrites(fields),
      {
        op: "assocAdd",
        id1: user(0),
        atype: ASSOC.authored,
        id2: resultId(0),
        timeMs: nowMs,
        data: authoredData("friends"),
      },
    ]);
    expect(shardOf(first?.id ?? (0n as Id))).toBe(shardOf(user(0)));
    const mine = (await events()).filter((event) => "post" in event && event.post === first?.id);
    expect(mine.map(({ kind }) => kind)).toEqual(["posted", "posted"]);
  });
});

const unlist = (id1: Id, id2: Id): Write[] => [remove(id1, ASSOC.authored, id2)];
