import { shardOf } from "../../ids.ts";
import { ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { Write } from "../../tao/types.ts";
import { type Call, opId, type Outcome } from "../call.ts";
import type { FeedbackState } from "../explain/schemas.ts";
import { noteAct } from "./events.ts";
import { member } from "./people.ts";
import { visiblePost } from "./post-view.ts";

/** More or less like this one: counts for its author's posts in the ranked feed. `kind` null takes it back. */
export async function giveFeedback(
  call: Call,
  postId: string,
  kind: "more" | "less" | null,
): Outcome<FeedbackState> {
  const viewer = await member(call);
  if (!viewer.ok) return viewer;
  const post = await visiblePost(call, postId);
  if (!post.ok) return post;
  const id1 = viewer.value;
  const edge = { id1, atype: ASSOC.feedback, id2: post.value.stored.author } as const;
  const write: Write =
    kind === null
      ? { op: "assocDelete", ...edge }
      : {
          op: "assocAdd",
          ...edge,
          timeMs: call.clock.nowMs(),
          data: JSON.stringify({ kind, post: postId }),
        };
  const written = await call.tao.write(shardOf(id1), [write], opId(call, "giveFeedback"));
  if (!written.ok) return written;
  if (kind === "less") noteAct(call, "hide", { post: post.value.stored.id });
  return ok({ post: postId, kind });
}
