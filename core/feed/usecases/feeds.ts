import { formatId, type Id } from "../../ids.ts";
import { ok } from "../../result.ts";
import type { Call, Outcome } from "../call.ts";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { timeline } from "../pipeline.ts";
import type { PostPage } from "../schemas.ts";
import type { PageRequest, PageText } from "../service.ts";
import { reportExhausted, required } from "../stage.ts";
import { NO_REACTIONS } from "../stages/hydrate.ts";
import { visibleUser } from "./people.ts";

/** Posts of one user that the viewer may see. Muting does not matter here, blocks do. */
export async function profileFeed(
  call: Call,
  user: string,
  request: PageRequest,
): Outcome<PageText> {
  const owner = await required(call, () => visibleUser(call, user));
  if (!owner.ok) return owner;
  const { id, standing } = owner.value;
  const scope = { kind: `profile-${formatId(id)}`, viewer: call.viewer };
  const nowMs = call.clock.nowMs();
  const after = decodeCursor(request.cursor, scope, nowMs, call.signer);
  if (!after.ok) return after;

  // Whoever blocks somebody sees the profile, to unblock it, but none of the posts.
  const authors: readonly Id[] = standing.blocks.has(id) ? [] : [id];
  const page = await timeline(call, {
    authors,
    standing,
    reactions: NO_REACTIONS,
    surface: "direct",
    after: after.value,
    limit: request.limit,
  });
  if (!page.ok) return page;
  reportExhausted(call, scope.kind, page.value);
  const { items, next, hidden } = page.value;
  return ok(
    JSON.stringify({
      items: [...items],
      cursor: next === null ? null : encodeCursor(scope, next, nowMs, call.signer),
      mode: "latest",
      reason: "requested",
      ageMs: 0,
      hidden: hidden.toJSON(),
      calls: call.tao.calls(),
    } satisfies PostPage),
  );
}
