import { type Id, logicalShard, LOGICAL_SHARDS, shardOf } from "../../ids.ts";
import { fingerprint } from "../../hash.ts";
import { err, ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Assoc } from "../../tao/types.ts";
import { type Call, notFound, opId, type Outcome, signedIn } from "../call.ts";
import { handleId } from "../directory.ts";
import { readUsers } from "../reader.ts";
import type { NewUser, Settings, User, UserPatch } from "../schemas.ts";
import { DEFAULT_SETTINGS, parseSettings } from "../views.ts";
import { claimHandle, userWrites } from "../writes.ts";
import { member } from "./people.ts";

/**
 * Signs somebody up: the user first, then the claim of the handle, which decides. A user
 * without a claim is deleted again, so a lost race leaves nothing behind.
 *
 * @returns `conflict` when the handle is taken.
 */
export async function createUser(call: Call, fields: NewUser): Outcome<User> {
  const createdAtMs = call.clock.nowMs();
  const shard = homeShard(call);
  const writes = userWrites(shard, { ...fields, avatar: null, createdAtMs });
  const added = await call.tao.write(shard, writes, opId(call, "createUser"));
  if (!added.ok) return added;
  const id = added.value.results[0]?.id;
  if (id === undefined) return notFound("user");

  const place = shardOf(handleId(fields.handle));
  const claim = claimHandle(fields.handle, id, createdAtMs);
  const claimed = await call.tao.write(place, [claim], opId(call, "createUser", "handle"));
  if (claimed.ok) return readUser(call, id);
  if (claimed.error.code !== "version_mismatch") return claimed;

  const undone = await call.tao.write(
    shard,
    [{ op: "objDelete", id }],
    opId(call, "createUser", "undo"),
  );
  return undone.ok ? err({ code: "conflict", reason: "the handle is taken" }) : undone;
}

/** Any shard will do, but a retry must find the one that its first attempt chose. */
function homeShard(call: Call) {
  const { idempotencyKey, random } = call;
  if (idempotencyKey === null) return logicalShard(Math.floor(random.next() * LOGICAL_SHARDS));
  return logicalShard(Number.parseInt(fingerprint(idempotencyKey).slice(0, 8), 16));
}

export async function updateUser(call: Call, patch: UserPatch): Outcome<User> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const id = viewer.value;
  const write = { op: "objUpdate", id, patch: JSON.stringify(patch) } as const;
  const written = await call.tao.write(shardOf(id), [write], opId(call, "updateUser"));
  if (written.ok) return readUser(call, id);
  return written.error.code === "not_found" ? notFound("user") : written;
}

async function readUser(call: Call, id: Id): Outcome<User> {
  const users = await readUsers(call.tao, [id]);
  if (!users.ok) return users;
  const user = users.value.get(id);
  return user === undefined ? notFound("user") : ok(user);
}

export async function settings(call: Call): Outcome<Settings> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const found = await call.tao.read([settingsRead(viewer.value)]);
  return found.ok ? ok(settingsFrom(found.value[0])) : found;
}

export const settingsRead = (id1: Id) =>
  ({ op: "assocGet", id1, atype: ASSOC.settings, id2s: [id1] }) as const;

/** From the answer to `settingsRead`. */
export function settingsFrom(found: { readonly assocs: readonly Assoc[] } | undefined): Settings {
  const saved = found?.assocs[0];
  return saved === undefined ? DEFAULT_SETTINGS : parseSettings(saved.data);
}

export async function updateSettings(call: Call, chosen: Settings): Outcome<Settings> {
  const viewer = await member(call);
  if (!viewer.ok) return viewer;
  const id = viewer.value;
  const data = JSON.stringify(chosen);
  const timeMs = call.clock.nowMs();
  const edge = { op: "assocAdd", id1: id, atype: ASSOC.settings, id2: id, timeMs, data } as const;
  const written = await call.tao.write(shardOf(id), [edge], opId(call, "updateSettings"));
  return written.ok ? settings(call) : written;
}
