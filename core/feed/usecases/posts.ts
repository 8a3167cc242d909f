import type { Failure } from "../../errors.ts";
import { type Id, shardOf } from "../../ids.ts";
import { err, ok, type Result } from "../../result.ts";
import type { WriteResponse } from "../../tao/service.ts";
import type { Write } from "../../tao/types.ts";
import { type Call, notFound, opId, type Outcome } from "../call.ts";
import type { Audience, NewPost, Post } from "../schemas.ts";
import { toId } from "../views.ts";
import { postWrites, repostEdge } from "../writes.ts";
import { settings } from "./accounts.ts";
import { visiblePost, visiblePostOf } from "./post-view.ts";
import { member } from "./people.ts";

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
  const author = await member(call);
  if (!author.ok) return author;
  const original = await originalOf(call, fields);
  if (!original.ok) return original;
  const audience = await audienceFor(call, fields);
  if (!audience.ok) return audience;

  const { text, media } = fields;
  const createdAtMs = call.clock.nowMs();
  const place = fields.repostOf === undefined ? "quoteOf" : "repostOf";
  const writes = postWrites({
    author: author.value,
    text,
    media,
    audience: audience.value,
    createdAtMs,
    [place]: original.value ?? undefined,
  });
  if (original.value !== null && fields.repostOf !== undefined) {
    // One repost each: the precondition keeps the number of reposts the number of people.
    const edge = repostEdge(author.value, original.value, createdAtMs);
    writes.push({ ...edge, ifVersion: null } as Write);
  }
  const written = await call.tao.write(shardOf(author.value), writes, opId(call, "createPost"));
  return written.ok ? created(call, written.value) : alreadyReposted(written.error);
}

async function created(call: Call, { results }: WriteResponse): Outcome<Post> {
  const id = results[0]?.id;
  const found = id === undefined ? notFound("post") : await visiblePostOf(call, id);
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

async function audienceFor(call: Call, fields: NewPost): Outcome<Audience> {
  if (fields.audience !== undefined) return ok(fields.audience);
  const chosen = await settings(call);
  return chosen.ok ? ok(chosen.value.defaultAudience) : chosen;
}
