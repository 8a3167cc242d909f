import type { Profile, Relationship } from "../../../core/feed/schemas.ts";
import type { Relation } from "../../../core/feed/service.ts";

/** The profile as it looks once the viewer has turned `relation` on or off. */
export function withRelation(profile: Profile, relation: Relation, on: boolean): Profile {
  const before = profile.relationship;
  const relationship = relate(before, relation, on);
  const followers = profile.counts.followers + delta(before.following, relationship.following);
  const friends =
    profile.counts.friends + delta(before.friend === "friends", relationship.friend === "friends");
  const counts = { ...profile.counts, followers, friends };
  return { ...profile, relationship, counts };
}

const delta = (before: boolean, after: boolean): number => Number(after) - Number(before);

function relate(before: Relationship, relation: Relation, on: boolean): Relationship {
  switch (relation) {
    case "follow":
      return { ...before, following: on };
    case "mute":
      return { ...before, muting: on };
    case "block": // A block ends every other tie, both ways.
      return on
        ? { ...before, blocking: true, following: false, followedBy: false, friend: "none" }
        : { ...before, blocking: false };
    case "friend":
      return { ...before, friend: on ? asked(before.friend) : "none" };
  }
}

/** Asking back someone who asked first makes friends; asking a friend changes nothing. */
const asked = (friend: Relationship["friend"]): Relationship["friend"] =>
  friend === "incoming" || friend === "friends" ? "friends" : "requested";
