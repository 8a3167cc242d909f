import type { Id } from "../../ids.ts";
import { ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Assoc, AssocType } from "../../tao/types.ts";
import type { Call, Outcome } from "../call.ts";
import { counts } from "../reader.ts";
import { readGroups } from "../read-groups.ts";
import type { Profile, Relationship, User } from "../schemas.ts";
import { required } from "../stage.ts";
import { type Person, visibleUser } from "./people.ts";

/** A user with counts and how the viewer stands to them. */
export async function profile(call: Call, user: string): Outcome<Profile> {
  const person = await required(call, () => visibleUser(call, user));
  return person.ok ? profileOf(call, person.value) : person;
}

export async function userByHandle(call: Call, handle: string): Outcome<User> {
  const person = await required(call, () => visibleUser(call, handle));
  return person.ok ? ok(person.value.user) : person;
}

export async function profileOf(call: Call, { id, user }: Person): Outcome<Profile> {
  const found = await readGroups(call.tao, {
    // Others learn the number of public posts: the rest would tell that there is something.
    posts: counts([id], call.viewer === id ? ASSOC.authored : ASSOC.published),
    followers: counts([id], ASSOC.followedBy),
    following: counts([id], ASSOC.follows),
    friends: counts([id], ASSOC.friends),
    relations: call.viewer === null || call.viewer === id ? [] : relationReads(call.viewer, id),
  });
  if (!found.ok) return found;
  const { posts, followers, following, friends, relations } = found.value;
  const first = (list: readonly { readonly count: number }[]) => list[0]?.count ?? 0;
  return ok({
    ...user,
    counts: {
      posts: first(posts),
      followers: first(followers),
      following: first(following),
      friends: first(friends),
    },
    relationship: relationship(
      call.viewer === id,
      relations.flatMap((result) => result.assocs),
    ),
  });
}

/**
 * Relations in both directions are on the viewer's shard, except friendship: it is
 * asked where it is written, so that an acceptance shows in its own answer.
 */
function relationReads(viewer: Id, other: Id) {
  const edge = (id1: Id, atype: AssocType, id2: Id) =>
    ({ op: "assocGet", id1, atype, id2s: [id2] }) as const;
  const [smaller, larger] = viewer < other ? [viewer, other] : [other, viewer];
  return [
    edge(smaller, ASSOC.friends, larger),
    ...RELATIONS.map((atype) => edge(viewer, atype, other)),
  ];
}

const RELATIONS = [
  ASSOC.follows,
  ASSOC.followedBy,
  ASSOC.requested,
  ASSOC.requestedBy,
  ASSOC.blocks,
  ASSOC.mutes,
] as const;

function relationship(self: boolean, edges: readonly Assoc[]): Relationship {
  const has = (atype: AssocType) => edges.some((edge) => edge.atype === atype);
  return {
    self,
    following: has(ASSOC.follows),
    followedBy: has(ASSOC.followedBy),
    friend: has(ASSOC.friends)
      ? "friends"
      : has(ASSOC.requestedBy)
        ? "incoming"
        : has(ASSOC.requested)
          ? "requested"
          : "none",
    blocking: has(ASSOC.blocks),
    muting: has(ASSOC.mutes),
  };
}
