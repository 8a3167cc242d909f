import type { Failure } from "../../errors.ts";
import { type Id, shardOf } from "../../ids.ts";
import { err, ok, type Result } from "../../result.ts";
import { OBJECT } from "../../tao/registry.ts";
import type { Write } from "../../tao/types.ts";
import { type Call, notFound, opId, type Outcome, signedIn } from "../call.ts";
import { readGroups } from "../read-groups.ts";
import type { Audience, NewPost, Post, User } from "../schemas.ts";
import { type PostCounts, postView, storedPost, toId, userView } from "../views.ts";
import { postData, postWrites, repostEdge } from "../writes.ts";
import { settingsFrom, settingsRead } from "./accounts.ts";
import { noteAct } from "./events.ts";
import { noSuchUser } from "./people.ts";
import { visiblePost, visiblePostOf } from "./post-view.ts";

export async function post(call: Call, postId: string): Outcome<Post> {
  const found = await visiblePost(call, postId);
  return found.ok ? ok(found.value.view) : found;
}

/**
 * Posts, reposts or quotes; what is reposted or quoted must be visible to the viewer.
 *
 * @returns `conflict` when the viewer has reposted the same post already.
 */
export async function createPost(call: Call, fields: NewPost): Outcome<Post> {
  const writer = await writerOf(call, fields);
  if (!writer.ok) return writer;
  const { id: author, user, audience } = writer.value;
  const original = await originalOf(call, fields);
  if (!original.ok) return original;

  const { text, media } = fields;
  const createdAtMs = call.clock.nowMs();
  const place = fields.repostOf === undefined ? "quoteOf" : "repostOf";
  const made = {
    author,
    text,
    media,
    audience,
    createdAtMs,
    [place]: original.value ?? undefined,
  };
  const writes = postWrites(made);
  if (original.value !== null && fields.repostOf !== undefined) {
    // One repost each: the precondition keeps the number of reposts the number of people.
    const edge = repostEdge(author, original.value, createdAtMs);
    writes.push({ ...edge, ifVersion: null } as Write);
  }
  const written = await call.tao.write(shardOf(author), writes, opId(call, "createPost"));
  if (!written.ok) return alreadyReposted(written.error);
  if (original.value !== null) noteAct(call, "share", { post: original.value });
  const id = written.value.results[0]?.id;
  if (id === undefined) return notFound("post");
  // Nobody else knows a post that is new: it is what was written. One that is replayed may have changed.
  if (!written.value.replayed && original.value === null)
    return ok(
      postView({ post: storedPost(id, postData(made), UNSEEN), author: user, reaction: null }),
    );
  const found = await visiblePostOf(call, id);
  return found.ok ? ok(found.value.view) : found;
}

const alreadyReposted = (failure: Failure): Result<never, Failure> =>
  err(
    failure.code === "version_mismatch"
      ? { code: "conflict", reason: "you have reposted this already" }
      : failure,
  );

/** The post that a new one embeds: reposting or quoting a repost means its original. */
async function originalOf(call: Call, { repostOf, quoteOf }: NewPost): Outcome<Id | null> {
  const text = repostOf ?? quoteOf;
  if (text === undefined) return ok(null);
  const found = await visiblePost(call, text);
  if (!found.ok) return found;
  const { payload, id } = found.value.stored;
  return ok(payload.repostOf === undefined ? id : toId(payload.repostOf));
}

interface Writer {
  readonly id: Id;
  readonly user: User;
  readonly audience: Audience;
}

/** The viewer, as `member` wants them, and for whom they post: one read. */
async function writerOf(call: Call, fields: NewPost): Outcome<Writer> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const id = viewer.value;
  const found = await readGroups(call.tao, {
    users: [{ op: "objGet", id }],
    settings: fields.audience === undefined ? [settingsRead(id)] : [],
  });
  if (!found.ok) return found;
  const { object } = found.value.users[0];
  if (object?.otype !== OBJECT.user) return noSuchUser;
  const audience = fields.audience ?? settingsFrom(found.value.settings[0]).defaultAudience;
  return ok({ id, user: userView(id, object.data), audience });
}

const UNSEEN: PostCounts = { reactions: 0, comments: 0, reposts: 0 };
