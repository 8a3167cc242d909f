import { type Id, shardOf } from "../../ids.ts";
import { ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { ListCursor, Write } from "../../tao/types.ts";
import { type Call, opId, type Outcome } from "../call.ts";
import { NOTHING_SHOWN, tellOwn } from "../home-cache.ts";
import { hide, show } from "../paging.ts";
import { readUsers } from "../reader.ts";
import type { ReactionKind, ReactionPage } from "../schemas.ts";
import type { PageRequest, Reactable } from "../service.ts";
import { loadStanding } from "../standing.ts";
import { reactionKind } from "../views.ts";
import { hiddenUser } from "../visibility.ts";
import { reactionEdge } from "../writes.ts";
import { visibleComment } from "./comment-view.ts";
import { noteAct } from "./events.ts";
import { pagedList } from "./paged-list.ts";
import { visiblePost } from "./post-view.ts";
import { member } from "./people.ts";

/** What is reacted to, if the viewer may see it, and their reaction so far. */
async function target(
  call: Call,
  on: Reactable,
  text: string,
): Outcome<{ readonly id: Id; readonly reaction: ReactionKind | null }> {
  const found = on === "post" ? await visiblePost(call, text) : await visibleComment(call, text);
  if (!found.ok) return found;
  const { stored, view } = found.value;
  return ok({ id: stored.id, reaction: view.viewer.reaction });
}

/** Sets, changes or takes back (`kind` null) the viewer's one reaction. */
export async function react(
  call: Call,
  on: Reactable,
  text: string,
  kind: ReactionKind | null,
): Outcome<{ reaction: ReactionKind | null; reactions: number }> {
  const viewer = await member(call);
  if (!viewer.ok) return viewer;
  const found = await target(call, on, text);
  if (!found.ok) return found;
  const { id, reaction } = found.value;
  // Taking back is always written: what the page could not read may be there all the same.
  if (kind === null || reaction !== kind) {
    const write: Write =
      kind === null
        ? { op: "assocDelete", id1: viewer.value, atype: ASSOC.likes, id2: id }
        : reactionEdge(viewer.value, id, kind, call.clock.nowMs());
    const before = call.tao.wroteTo(viewer.value);
    const written = await call.tao.write(shardOf(viewer.value), [write], opId(call, "react"));
    if (!written.ok) return written;
    if (on === "post" && kind !== null) noteAct(call, "like", { post: id });
    // What is read now is at least as new: a count that fan-out tells later goes over it.
    const countAt = call.tao.positionOf(id);
    const count = await countWith(call, id, viewer.value, kind !== null);
    if (!count.ok) return count;
    if (on === "comment") tellOwn(call, viewer.value, before, written.value, NOTHING_SHOWN);
    else if (countAt !== null) {
      const counted = { post: id, of: "reactions", count: count.value, countAt } as const;
      tellOwn(call, viewer.value, before, written.value, async () =>
        ok({ ...counted, reaction: kind }),
      );
    }
    return ok({ reaction: kind, reactions: count.value });
  }
  const count = await countWith(call, id, viewer.value, true);
  return count.ok ? ok({ reaction: kind, reactions: count.value }) : count;
}

/**
 * Reactions to `id`, counted as if the viewer's had arrived: the other half of the edge
 * may still be on its way to the post's shard.
 */
async function countWith(call: Call, id: Id, viewer: Id, reacts: boolean): Outcome<number> {
  const found = await call.tao.read([
    { op: "assocCount", id1: id, atype: ASSOC.likedBy },
    { op: "assocGet", id1: id, atype: ASSOC.likedBy, id2s: [viewer] },
  ]);
  if (!found.ok) return found;
  const [{ count }, { assocs }] = found.value;
  return ok(count - assocs.length + (reacts ? 1 : 0));
}

/** Who reacted and how, newest first, without whom a block hides. */
export async function reactions(
  call: Call,
  on: Reactable,
  text: string,
  request: PageRequest,
): Outcome<ReactionPage> {
  const found = await target(call, on, text);
  if (!found.ok) return found;
  const { id } = found.value;
  return pagedList(call, `reactions-${id}`, request, (after, limit) =>
    fetchReactions(call, id, after, limit),
  );
}

async function fetchReactions(call: Call, id1: Id, after: ListCursor | null, limit: number) {
  const found = await call.tao.read([
    { op: "assocRange", id1, atype: ASSOC.likedBy, after, limit },
  ]);
  if (!found.ok) return found;
  const { assocs, more } = found.value[0];
  const ids = assocs.map((edge) => edge.id2);
  const [users, standing] = await Promise.all([
    readUsers(call.tao, ids),
    loadStanding(call.tao, call.viewer, ids),
  ]);
  if (!users.ok) return users;
  if (!standing.ok) return standing;

  const entries = assocs.map(({ timeMs, id2, data }) => {
    const at = { timeMs, id2 };
    const user = users.value.get(id2);
    if (user === undefined) return { at, ...hide("deleted") };
    const rule = hiddenUser(id2, standing.value);
    const reaction = { user, kind: reactionKind(data), createdAtMs: timeMs };
    return { at, ...(rule === null ? show(reaction) : hide(rule)) };
  });
  return ok({ entries, more });
}
