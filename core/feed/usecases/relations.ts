import type { Id } from "../../ids.ts";
import { err, ok } from "../../result.ts";
import type { Failure } from "../../errors.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Write } from "../../tao/types.ts";
import { type Call, type Outcome } from "../call.ts";
import type { Head } from "../../ranking/heads.ts";
import type { Profile } from "../schemas.ts";
import type { Relation } from "../service.ts";
import { followEdge } from "../writes.ts";
import { noteAct } from "./events.ts";
import { friend } from "./friendship.ts";
import { findUser, type Person, member } from "./people.ts";
import { profile } from "./profiles.ts";
import { add, type Pair, remove, unfriend, writeParts } from "./write-parts.ts";

/** Turns a relation on and answers with the profile as it is then. */
export async function relate(call: Call, user: string, relation: Relation): Outcome<Profile> {
  const viewer = await member(call);
  if (!viewer.ok) return viewer;
  const person = await findUser(call, user);
  if (!person.ok) return person;
  const pair = { viewer: viewer.value, other: person.value.id };
  const refusal = refuse(pair, person.value, relation);
  if (refusal !== null) return err(refusal);

  const done = await CHANGES[relation](call, pair, true, person.value);
  const meant = MEANS[relation];
  if (done.ok && meant !== null) noteAct(call, meant, { author: pair.other });
  return done.ok ? profile(call, person.value.user.id) : done;
}

/**
 * Turns a relation off. Always possible: it undoes what the viewer did, across the other's block
 * too. The answer is the same whoever the other is and if there is none, or it would tell of a
 * block by whom the viewer can see.
 */
export async function unrelate(call: Call, user: string, relation: Relation): Outcome<null> {
  const viewer = await member(call);
  if (!viewer.ok) return viewer;
  const person = await findUser(call, user);
  if (!person.ok) return person.error.code === "not_found" ? ok(null) : person;
  const pair = { viewer: viewer.value, other: person.value.id };
  if (pair.viewer === pair.other) return err(YOURSELF);
  return CHANGES[relation](call, pair, false, person.value);
}

const YOURSELF: Failure = { code: "invalid_request", field: "user", reason: "is yourself" };

function refuse(pair: Pair, { standing }: Person, relation: Relation): Failure | null {
  const { viewer, other } = pair;
  if (viewer === other) return YOURSELF;
  if (standing.blockedBy.has(other)) return { code: "not_found", what: "user" };
  const needsPeace = relation === "follow" || relation === "friend";
  return needsPeace && standing.blocks.has(other)
    ? { code: "conflict", reason: "you block this user; unblock first" }
    : null;
}

type Change = (call: Call, pair: Pair, on: boolean, person: Person) => Outcome<null>;
/** What each says of the author's posts that the viewer was shown. */
const MEANS: Record<Relation, Head | null> = {
  follow: "follow",
  friend: null,
  block: "hide",
  mute: "hide",
};
const CHANGES: Record<Relation, Change> = { follow, friend, block, mute };

async function follow(
  call: Call,
  { viewer, other }: Pair,
  on: boolean,
  person: Person,
): Outcome<null> {
  // Following again would move the edge to the top of both lists.
  if (on && person.standing.follows.has(other)) return ok(null);
  const write = on
    ? followEdge(viewer, other, call.clock.nowMs())
    : remove(viewer, ASSOC.follows, other);
  return writeParts(call, `follow-${on}`, [{ name: "", on: viewer, writes: [write] }]);
}

async function mute(call: Call, { viewer, other }: Pair, on: boolean): Outcome<null> {
  const write = on ? add(call, viewer, ASSOC.mutes, other) : remove(viewer, ASSOC.mutes, other);
  return writeParts(call, `mute-${on}`, [{ name: "", on: viewer, writes: [write] }]);
}

/**
 * A block ends every relation of the pair, in both directions. Its own edge goes first:
 * from then on the rules hide both from each other, whatever else is still there.
 */
async function block(call: Call, pair: Pair, on: boolean): Outcome<null> {
  const { viewer, other } = pair;
  if (!on) {
    const writes = [remove(viewer, ASSOC.blocks, other)];
    return writeParts(call, "block-false", [{ name: "", on: viewer, writes }]);
  }
  const endOf = (one: Id, two: Id): readonly Write[] => [
    remove(one, ASSOC.follows, two),
    remove(one, ASSOC.requested, two),
  ];
  const writes = [add(call, viewer, ASSOC.blocks, other), ...endOf(viewer, other)];
  return writeParts(call, "block-true", [
    { name: "mine", on: viewer, writes },
    { name: "theirs", on: other, writes: endOf(other, viewer) },
    unfriend(pair),
  ]);
}
