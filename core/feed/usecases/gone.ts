import type { Id } from "../../ids.ts";
import { ok } from "../../result.ts";
import type { Call, Outcome } from "../call.ts";

/**
 * Has no object this id, as its leader knows? Only then may a deletion be written that nobody was asked
 * about: under an idempotency key, so that a retry gets its first answer. A follower's word is not
 * enough, since it may not know a new object yet; and an object of another kind is no retry.
 */
export async function isGone({ tao }: Call, id: Id): Outcome<boolean> {
  const found = await tao.read([{ op: "objGet", id }], "leader");
  return found.ok ? ok(found.value[0].object === null) : found;
}
