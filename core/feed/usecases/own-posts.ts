import { formatId, type Id, parseId, shardOf } from "../../ids.ts";
import { err, ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Write } from "../../tao/types.ts";
import { type Call, notFound, opId, type Outcome, signedIn } from "../call.ts";
import { readPosts } from "../reader.ts";
import type { Audience, Post } from "../schemas.ts";
import { type StoredPost, toId } from "../views.ts";
import { authoredData, publishWrite } from "../writes.ts";
import { isGone } from "./gone.ts";
import { visiblePostOf } from "./post-view.ts";
import { post } from "./posts.ts";

/** The post and its place in the author's list change together: no reader sees one of them. */
export async function setAudience(call: Call, postId: string, audience: Audience): Outcome<Post> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const id = parseId(postId);
  const own = id === null ? notFound("post") : await ownPost(call, viewer.value, id);
  if (!own.ok) return own;
  if (own.value === null || id === null) return notFound("post");

  const { author, payload } = own.value;
  const { repostOf, quoteOf, createdAtMs } = payload;
  if (repostOf !== undefined) {
    // A repost of something hidden is hidden itself: refused before anything is written, not after.
    const shown = await visiblePostOf(call, id);
    if (!shown.ok) return shown;
  }
  const writes: Write[] = [
    { op: "objUpdate", id, patch: JSON.stringify({ audience }) },
    {
      op: "assocAdd",
      id1: author,
      atype: ASSOC.authored,
      id2: id,
      timeMs: createdAtMs,
      data: authoredData(audience, idOrNone(repostOf), idOrNone(quoteOf)),
    },
    publishWrite(author, id, createdAtMs, audience === "public"),
  ];
  const written = await call.tao.write(shardOf(id), writes, opId(call, "setAudience"));
  if (written.ok) return post(call, formatId(id));
  // Deleted meanwhile: neither half was written.
  return written.error.code === "not_found" ? notFound("post") : written;
}

const idOrNone = (text: string | undefined) => (text === undefined ? undefined : toId(text));

/**
 * Deletes a post and its place in the author's list in one commit. Comments and reactions
 * stay in the graph and become unreachable: every path to them asks for the post.
 */
export async function deletePost(call: Call, postId: string): Outcome<null> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const id = parseId(postId);
  const own = id === null ? notFound("post") : await ownPost(call, viewer.value, id);
  if (!own.ok) return own;
  // Gone already: only a retry may still get its first answer, and only where own posts live.
  const isRetry =
    call.idempotencyKey !== null && id !== null && shardOf(id) === shardOf(viewer.value);
  if (id === null || (own.value === null && !isRetry)) return notFound("post");
  if (own.value === null) {
    const gone = await isGone(call, id);
    if (!gone.ok) return gone;
    if (!gone.value) return notFound("post");
  }

  const unreposted = await removeRepost(call, viewer.value, own.value);
  if (!unreposted.ok) return unreposted;
  const writes: Write[] = [
    { op: "objDelete", id },
    { op: "assocDelete", id1: viewer.value, atype: ASSOC.authored, id2: id },
    { op: "assocDelete", id1: viewer.value, atype: ASSOC.published, id2: id },
  ];
  const deleted = await call.tao.write(shardOf(id), writes, opId(call, "deletePost"));
  if (!deleted.ok) return deleted;
  return deleted.value.results[0]?.changed === true ? ok(null) : notFound("post");
}

/** Goes before the post itself: a failure in between leaves a repost to delete again, not a count too high. */
async function removeRepost(call: Call, viewer: Id, own: StoredPost | null): Outcome<null> {
  const repostOf = own?.payload.repostOf;
  if (repostOf === undefined) return ok(null);
  const id2 = toId(repostOf);
  const edge = { op: "assocDelete", id1: viewer, atype: ASSOC.reposts, id2 } as const;
  const written = await call.tao.write(shardOf(viewer), [edge], opId(call, "deletePost", "repost"));
  return written.ok ? ok(null) : written;
}

/**
 * The viewer's own post, also where it is a repost of something hidden; null when there
 * is no such post. Others' posts are `forbidden` when visible and `not_found` when not.
 */
async function ownPost(call: Call, viewer: Id, id: Id): Outcome<StoredPost | null> {
  const posts = await readPosts(call.tao, [id]);
  if (!posts.ok) return posts;
  const stored = posts.value.get(id) ?? null;
  if (stored === null || stored.author === viewer) return ok(stored);
  const visible = await visiblePostOf(call, id);
  return visible.ok ? err({ code: "forbidden", reason: "this is somebody else's post" }) : visible;
}
