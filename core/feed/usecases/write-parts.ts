import { type Id, shardOf } from "../../ids.ts";
import { ASSOC } from "../../tao/registry.ts";
import { ok } from "../../result.ts";
import type { AssocType, Write } from "../../tao/types.ts";
import { type Call, opId, type Outcome } from "../call.ts";

/** Two users of whom the first acts. */
export interface Pair {
  readonly viewer: Id;
  readonly other: Id;
}

/** Writes of one shard. */
export interface Part {
  /** Tells the parts of one operation apart, in every attempt alike. */
  readonly name: string;
  /** An id that lives on the shard. */
  readonly on: Id;
  readonly writes: readonly Write[];
}

/** One after the other; each is harmless to repeat, so a retry completes what a failure cut short. */
export async function writeParts(
  call: Call,
  operation: string,
  parts: readonly Part[],
): Outcome<null> {
  for (const { name, on, writes } of parts) {
    const written = await call.tao.write(shardOf(on), writes, opId(call, operation, name));
    if (!written.ok) return written;
  }
  return ok(null);
}

/** Friendship is written at the smaller id: see `friendEdge`. */
export function unfriend({ viewer, other }: Pair): Part {
  const [smaller, larger] = viewer < other ? [viewer, other] : [other, viewer];
  return { name: "friends", on: smaller, writes: [remove(smaller, ASSOC.friends, larger)] };
}

export const add = (call: Call, id1: Id, atype: AssocType, id2: Id): Write => ({
  op: "assocAdd",
  id1,
  atype,
  id2,
  timeMs: call.clock.nowMs(),
  data: "",
});

export const remove = (id1: Id, atype: AssocType, id2: Id): Write => ({
  op: "assocDelete",
  id1,
  atype,
  id2,
});
