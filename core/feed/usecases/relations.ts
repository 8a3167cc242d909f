import { type Id, shardOf } from "../../ids.ts";
import { err, ok } from "../../result.ts";
import type { Failure } from "../../errors.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { AssocType, Write } from "../../tao/types.ts";
import { type Call, opId, type Outcome, signedIn } from "../call.ts";
import type { Profile } from "../schemas.ts";
import type { Relation } from "../service.ts";
import { followEdge, friendEdge } from "../writes.ts";
import { findUser, type Person } from "./people.ts";
import { profile } from "./profiles.ts";

interface Pair {
  readonly viewer: Id;
  readonly other: Id;
}

/** Turns a relation on or off and answers with the profile as it is then. */
export async function relate(
  call: Call,
  user: string,
  relation: Relation,
  on: boolean,
): Outcome<Profile> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const person = await findUser(call, user);
  if (!person.ok) return person;
  const pair = { viewer: viewer.value, other: person.value.id };
  const refusal = refuse(pair, person.value, on ? relation : null);
  if (refusal !== null) return err(refusal);

  const done = await CHANGES[relation](call, pair, on, person.value);
  return done.ok ? profile(call, person.value.user.id) : done;
}

/** Turning off (null) is always possible: it undoes what the viewer did, across a block too. */
function refuse(pair: Pair, { standing }: Person, relation: Relation | null): Failure | null {
  const { viewer, other } = pair;
  if (viewer === other) return { code: "invalid_request", field: "user", reason: "is yourself" };
  if (relation === null) return null;
  if (standing.blockedBy.has(other)) return { code: "not_found", what: "user" };
  const needsPeace = relation === "follow" || relation === "friend";
  return needsPeace && standing.blocks.has(other)
    ? { code: "conflict", reason: "you block this user; unblock first" }
    : null;
}

type Change = (call: Call, pair: Pair, on: boolean, person: Person) => Outcome<null>;
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
  return writeParts(call, `follow-${on}`, [[viewer, [write]]]);
}

async function mute(call: Call, { viewer, other }: Pair, on: boolean): Outcome<null> {
  const write = on ? add(call, viewer, ASSOC.mutes, other) : remove(viewer, ASSOC.mutes, other);
  return writeParts(call, `mute-${on}`, [[viewer, [write]]]);
}

/**
 * A block ends every relation of the pair, in both directions. Its own edge goes first:
 * from then on the rules hide both from each other, whatever else is still there.
 */
async function block(call: Call, { viewer, other }: Pair, on: boolean): Outcome<null> {
  if (!on)
    return writeParts(call, "block-false", [[viewer, [remove(viewer, ASSOC.blocks, other)]]]);
  return writeParts(call, "block-true", [
    [
      viewer,
      [
        add(call, viewer, ASSOC.blocks, other),
        remove(viewer, ASSOC.follows, other),
        remove(viewer, ASSOC.requested, other),
      ],
    ],
    [other, [remove(other, ASSOC.follows, viewer), remove(other, ASSOC.requested, viewer)]],
    unfriend(viewer, other),
  ]);
}

/** Asks, accepts what was asked, or ends it: the friendship and requests of both directions. */
async function friend(call: Call, { viewer, other }: Pair, on: boolean): Outcome<null> {
  const mine = remove(viewer, ASSOC.requested, other);
  const theirs = remove(other, ASSOC.requested, viewer);
  if (!on) {
    return writeParts(call, "friend-false", [
      unfriend(viewer, other),
      [viewer, [mine]],
      [other, [theirs]],
    ]);
  }
  const state = await friendship(call, viewer, other);
  if (!state.ok) return state;
  if (state.value === "none") {
    return writeParts(call, "friend-ask", [[viewer, [add(call, viewer, ASSOC.requested, other)]]]);
  }
  if (state.value !== "incoming") return ok(null);
  const edge = friendEdge(viewer, other, call.clock.nowMs());
  const friends: Part = [viewer < other ? viewer : other, [edge]];
  return writeParts(call, "friend-accept", [friends, [other, [theirs]], [viewer, [mine]]]);
}

/** From the leaders, where each edge is written: two people may ask each other at once. */
async function friendship(
  call: Call,
  viewer: Id,
  other: Id,
): Outcome<"none" | "requested" | "incoming" | "friends"> {
  const edge = (id1: Id, atype: AssocType, id2: Id) =>
    ({ op: "assocGet", id1, atype, id2s: [id2] }) as const;
  const [smaller, larger] = viewer < other ? [viewer, other] : [other, viewer];
  const found = await call.tao.read(
    [
      edge(smaller, ASSOC.friends, larger),
      edge(other, ASSOC.requested, viewer),
      edge(viewer, ASSOC.requested, other),
    ],
    "leader",
  );
  if (!found.ok) return found;
  const [friends, incoming, outgoing] = found.value;
  if (friends.assocs.length > 0) return ok("friends");
  if (incoming.assocs.length > 0) return ok("incoming");
  return ok(outgoing.assocs.length > 0 ? "requested" : "none");
}

/** Writes of one shard: an id that lives there, and they. */
type Part = readonly [Id, readonly Write[]];

/** One after the other; each is harmless to repeat, so a retry completes what a failure cut short. */
async function writeParts(call: Call, operation: string, parts: readonly Part[]): Outcome<null> {
  for (const [index, [id, writes]] of parts.entries()) {
    const written = await call.tao.write(shardOf(id), writes, opId(call, operation, String(index)));
    if (!written.ok) return written;
  }
  return ok(null);
}

function unfriend(a: Id, b: Id): Part {
  const [smaller, larger] = a < b ? [a, b] : [b, a];
  return [smaller, [remove(smaller, ASSOC.friends, larger)]];
}

const add = (call: Call, id1: Id, atype: AssocType, id2: Id): Write => ({
  op: "assocAdd",
  id1,
  atype,
  id2,
  timeMs: call.clock.nowMs(),
  data: "",
});
const remove = (id1: Id, atype: AssocType, id2: Id): Write => ({
  op: "assocDelete",
  id1,
  atype,
  id2,
});
