import { type Id, parseId } from "../../ids.ts";
import { err, ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import { type Call, notFound, type Outcome, signedIn } from "../call.ts";
import { handleId } from "../directory.ts";
import { readUsers } from "../reader.ts";
import type { User } from "../schemas.ts";
import { loadStanding, type Standing } from "../standing.ts";
import { toId } from "../views.ts";

export interface Person {
  readonly id: Id;
  readonly user: User;
  /** How the viewer stands to this user. */
  readonly standing: Standing;
}

/**
 * The user that an id, a handle or "me" names. `not_found` when there is none, or it has
 * blocked the viewer: both look the same.
 */
export async function visibleUser(call: Call, text: string): Outcome<Person> {
  const person = await findUser(call, text);
  if (!person.ok) return person;
  return person.value.standing.blockedBy.has(person.value.id) ? notFound("user") : person;
}

/** The same, but without regard to blocks: for undoing what the viewer did to somebody. */
export async function findUser(call: Call, text: string): Outcome<Person> {
  if (text === "me") {
    const viewer = signedIn(call);
    return viewer.ok ? personOf(call, viewer.value) : viewer;
  }
  const id = parseId(text);
  const byId = id === null ? notFound("user") : await personOf(call, id);
  if (byId.ok || byId.error.code !== "not_found") return byId;
  // A handle may consist of digits alone; ids go first.
  const claimed = await userOfHandle(call, text);
  if (!claimed.ok) return claimed;
  const person = await personOf(call, claimed.value);
  // Two handles may share a claim's place: only the one in the profile holds it.
  return person.ok && person.value.user.handle !== text ? notFound("user") : person;
}

/**
 * The viewer, for what leaves traces: a token may outlive its user, or come from an issuer
 * that knows people whom this service does not.
 */
export async function member(call: Call): Outcome<Id> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const users = await readUsers(call.tao, [viewer.value]);
  if (!users.ok) return users;
  return users.value.has(viewer.value) ? viewer : noSuchUser;
}

export const noSuchUser = err({
  code: "unauthenticated",
  reason: "there is no such user",
} as const);

/** @returns `not_found` when nobody holds the handle. */
async function userOfHandle(call: Call, handle: string): Outcome<Id> {
  const place = handleId(handle);
  const claim = { op: "assocGet", id1: place, atype: ASSOC.handle, id2s: [place] } as const;
  const found = await call.tao.read([claim]);
  if (!found.ok) return found;
  const data = found.value[0].assocs[0]?.data;
  return data === undefined
    ? notFound("user")
    : ok(toId((JSON.parse(data) as { user: string }).user));
}

async function personOf(call: Call, id: Id): Outcome<Person> {
  const [users, standing] = await Promise.all([
    readUsers(call.tao, [id]),
    loadStanding(call.tao, call.viewer, [id]),
  ]);
  if (!users.ok) return users;
  if (!standing.ok) return standing;
  const user = users.value.get(id);
  return user === undefined ? notFound("user") : ok({ id, user, standing: standing.value });
}
