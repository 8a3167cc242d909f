import { type Id, shardOf } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { ok } from "../../result.ts";
import { ASSOC, OBJECT } from "../../tao/registry.ts";
import type { ListCursor } from "../../tao/types.ts";
import { type Call, opId, type Outcome, signedIn } from "../call.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { NOTHING_SHOWN, tellOwn } from "../home-cache.ts";
import { type Group, grouped, type Told, toldOf } from "../notifications/group.ts";
import type { Notification, NotificationPage } from "../notifications/schemas.ts";
import { readPosts, readUsers } from "../reader.ts";
import type { User } from "../schemas.ts";
import type { PageRequest } from "../service.ts";
import { required } from "../stage.ts";
import { loadStanding, type Standing } from "../standing.ts";
import { parseComment, type StoredPost } from "../views.ts";
import { hiddenBy, hiddenUser } from "../visibility.ts";
import { member } from "./people.ts";

/** What happened to the viewer, alike things together, newest first. */
export async function notifications(call: Call, request: PageRequest): Outcome<NotificationPage> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const scope = { kind: "notifications", viewer: viewer.value };
  const nowMs = call.clock.nowMs();
  const after = decodeCursor(request.cursor, scope, nowMs, call.signer);
  if (!after.ok) return after;
  const told = await required(call, () => readTold(call, viewer.value, after.value));
  if (!told.ok) return told;
  const { entries, more, readUpToMs } = told.value;
  const world = await required(call, () => readWorld(call, entries));
  if (!world.ok) return world;

  const visible = entries.filter((one) => isVisible(one, world.value));
  const { groups, last } = grouped(visible, request.limit);
  const items = groups.map((group) => render(group, world.value, readUpToMs));
  const isCut = groups.length > 0 && last !== visible.at(-1)?.at;
  // Everything that was read is told or hidden, so the next page begins below all of it.
  const end = isCut ? last : (entries.at(-1)?.at ?? null);
  const next = isCut || more ? end : null;
  const cursor = next === null ? null : encodeCursor(scope, next, nowMs, call.signer);
  const first = await unreadOf(
    call,
    viewer.value,
    after.value === null ? visible : null,
    readUpToMs,
  );
  return first.ok ? ok({ items, cursor, unread: first.value }) : first;
}

/** How many groups of the newest things are not read. */
export async function unread(call: Call): Outcome<{ unread: number }> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const count = await unreadOf(call, viewer.value, null, null);
  return count.ok ? ok({ unread: count.value }) : count;
}

/** Everything up to that moment is read, never less than before. */
export async function markRead(call: Call, upToMs: number): Outcome<{ unread: number }> {
  const viewer = await member(call);
  if (!viewer.ok) return viewer;
  const id1 = viewer.value;
  const told = await required(call, () => readTold(call, id1, null));
  if (!told.ok) return told;
  const timeMs = Math.min(upToMs, call.clock.nowMs());
  if (timeMs <= told.value.readUpToMs) return unread(call);
  const edge = {
    op: "assocAdd",
    id1,
    atype: ASSOC.notifiedRead,
    id2: id1,
    timeMs,
    data: "",
  } as const;
  const before = call.tao.wroteTo(id1);
  const written = await call.tao.write(shardOf(id1), [edge], opId(call, "markRead"));
  if (!written.ok) return written;
  tellOwn(call, id1, before, written.value, NOTHING_SHOWN);
  return unread(call);
}

async function readTold(call: Call, id1: Id, after: ListCursor | null) {
  const found = await call.tao.read([
    { op: "assocRange", id1, atype: ASSOC.notified, after, limit: LIMITS.notificationsRead },
    { op: "assocGet", id1, atype: ASSOC.notifiedRead, id2s: [id1] },
  ]);
  if (!found.ok) return found;
  const [range, read] = found.value;
  return ok({
    entries: range.assocs.map(toldOf),
    more: range.more,
    readUpToMs: read.assocs[0]?.timeMs ?? 0,
  });
}

async function unreadOf(
  call: Call,
  viewer: Id,
  known: readonly Told[] | null,
  readUpToMs: number | null,
): Outcome<number> {
  let visible = known;
  let upToMs = readUpToMs;
  if (visible === null || upToMs === null) {
    const told = await required(call, () => readTold(call, viewer, null));
    if (!told.ok) return told;
    const world = await required(call, () => readWorld(call, told.value.entries));
    if (!world.ok) return world;
    upToMs = told.value.readUpToMs;
    visible = told.value.entries.filter((one) => isVisible(one, world.value));
  }
  const since = upToMs;
  const { groups } = grouped(visible, LIMITS.notificationsRead);
  return ok(groups.filter(([{ at }]) => at.timeMs > since).length);
}

interface World {
  readonly users: ReadonlyMap<Id, User>;
  readonly posts: ReadonlyMap<Id, StoredPost>;
  /** Texts of comments. */
  readonly comments: ReadonlyMap<Id, string>;
  readonly standing: Standing;
}

async function readWorld(call: Call, told: readonly Told[]): Outcome<World> {
  const unique = (ids: readonly (Id | null)[]) => [...new Set(ids.flatMap((id) => id ?? []))];
  const posts = await readPosts(call.tao, unique(told.map(({ post }) => post)));
  if (!posts.ok) return posts;
  const authors = [...posts.value.values()].map(({ author }) => author);
  const people = unique([...told.map(({ actor }) => actor), ...authors]);
  const commentIds = unique(told.map(({ comment }) => comment));
  const [users, standing, comments] = await Promise.all([
    readUsers(call.tao, people),
    loadStanding(call.tao, call.viewer, people),
    call.tao.read(commentIds.map((id) => ({ op: "objGet", id }) as const)),
  ]);
  if (!users.ok) return users;
  if (!standing.ok) return standing;
  if (!comments.ok) return comments;
  const texts = comments.value.flatMap(({ object }) =>
    object?.otype === OBJECT.comment ? [[object.id, parseComment(object.data).text] as const] : [],
  );
  return ok({
    users: users.value,
    posts: posts.value,
    comments: new Map(texts),
    standing: standing.value,
  });
}

/** Whoever is blocked or muted is not heard of, nor anything about what is gone or out of reach. */
function isVisible({ actor, post, comment, isGone }: Told, world: World): boolean {
  if (isGone) return false;
  const { users, posts, comments, standing } = world;
  if (!users.has(actor) || standing.mutes.has(actor)) return false;
  if (hiddenUser(actor, standing) !== null) return false;
  if (comment !== null && !comments.has(comment)) return false;
  if (post === null) return true;
  const about = posts.get(post);
  if (about === undefined) return false;
  const rated = { author: about.author, audience: about.payload.audience };
  return hiddenBy(rated, standing, "direct") === null;
}

function render(group: Group, world: World, readUpToMs: number): Notification {
  const [newest] = group;
  const { at, kind, post, comment } = newest;
  const excerpt = (text: string) => text.slice(0, LIMITS.notificationTextChars);
  const about = post === null ? undefined : world.posts.get(post);
  const words = comment === null ? undefined : world.comments.get(comment);
  return {
    id: `${kind}-${at.id2}`,
    kind,
    actors: group.slice(0, ACTORS_SHOWN).flatMap(({ actor }) => world.users.get(actor) ?? []),
    actorCount: group.length,
    post: about === undefined ? null : { id: String(about.id), text: excerpt(about.payload.text) },
    comment:
      comment === null || words === undefined
        ? null
        : { id: String(comment), text: excerpt(words) },
    atMs: at.timeMs,
    read: at.timeMs <= readUpToMs,
  };
}

const ACTORS_SHOWN = 3;
