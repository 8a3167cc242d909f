import type { Id } from "../../ids.ts";
import { ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { AssocType } from "../../tao/types.ts";
import type { Call, Outcome } from "../call.ts";
import { friendEdge } from "../writes.ts";
import { add, type Pair, type Part, remove, unfriend, writeParts } from "./write-parts.ts";

/** Asks, accepts what was asked, or ends it: the friendship and the requests of both directions. */
export async function friend(call: Call, pair: Pair, on: boolean): Outcome<null> {
  const { viewer, other } = pair;
  const mine: Part = { name: "mine", on: viewer, writes: [remove(viewer, ASSOC.requested, other)] };
  const theirs: Part = {
    name: "theirs",
    on: other,
    writes: [remove(other, ASSOC.requested, viewer)],
  };
  if (!on) return writeParts(call, "friend-false", [unfriend(pair), mine, theirs]);

  const state = await friendship(call, pair);
  if (!state.ok) return state;
  const { friends, incoming, outgoing } = state.value;
  if (!friends && !incoming) {
    const writes = [add(call, viewer, ASSOC.requested, other)];
    return outgoing
      ? ok(null)
      : writeParts(call, "friend-ask", [{ name: "ask", on: viewer, writes }]);
  }
  const edge = friendEdge(viewer, other, call.clock.nowMs());
  const made: Part = { name: "friends", on: viewer < other ? viewer : other, writes: [edge] };
  // The friendship first: what a failure leaves behind then is a request without effect.
  return writeParts(call, "friend-accept", [
    ...(friends ? [] : [made]),
    ...(incoming ? [theirs] : []),
    ...(outgoing ? [mine] : []),
  ]);
}

/** From the leaders, where each edge is written: two people may ask each other at once. */
async function friendship(
  call: Call,
  { viewer, other }: Pair,
): Outcome<{ friends: boolean; incoming: boolean; outgoing: boolean }> {
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
  return ok({
    friends: friends.assocs.length > 0,
    incoming: incoming.assocs.length > 0,
    outgoing: outgoing.assocs.length > 0,
  });
}
