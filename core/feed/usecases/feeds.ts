import { formatId, type Id } from "../../ids.ts";
import { ok } from "../../result.ts";
import { type Call, type Outcome, signedIn } from "../call.ts";
import { type CursorScope, decodeCursor, encodeCursor } from "../cursor.ts";
import type { Page } from "../paging.ts";
import { timeline } from "../pipeline.ts";
import type { FeedPage, Post } from "../schemas.ts";
import type { FeedRequest, PageRequest, PageText } from "../service.ts";
import { loadHomeViewer } from "../stages/home-viewer.ts";
import { NO_REACTIONS } from "../stages/hydrate.ts";
import { type Scored, score } from "../stages/score.ts";
import { required } from "../stage.ts";
import { visibleUser } from "./people.ts";

/** The viewer's home feed: the posts of whom they follow, of friends and their own. */
export async function home(call: Call, request: FeedRequest): Outcome<PageText> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const scope = { kind: "home", viewer: viewer.value };
  const after = decodeCursor(request.cursor, scope, call.clock.nowMs(), call.signer);
  if (!after.ok) return after;
  const facts = await loadHomeViewer(call, viewer.value);
  if (!facts.ok) return facts;

  const { limit, mode } = request;
  const page = await timeline(call, { ...facts.value, surface: "home", after: after.value, limit });
  if (!page.ok) return page;
  const reason = mode === undefined ? "setting" : "requested";
  const isRanked = (mode ?? facts.value.settings.feedMode) === "ranked";
  const scored: Scored = isRanked
    ? await score(call, page.value.items)
    : { items: page.value.items, mode: "latest", reason };
  return ok(pageText(call, scope, page.value, scored));
}

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
  const after = decodeCursor(request.cursor, scope, call.clock.nowMs(), call.signer);
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
  const scored = { items: page.value.items, mode: "latest", reason: "requested" } as const;
  return ok(pageText(call, scope, page.value, scored));
}

/** Renders once, as text: a page crosses the hop to the gateway cheaper that way. */
function pageText(call: Call, scope: CursorScope, page: Page<Post>, scored: Scored): PageText {
  afterwards(call, scope, page);
  const { next, hidden } = page;
  const cursor = next === null ? null : encodeCursor(scope, next, call.clock.nowMs(), call.signer);
  const { items, mode, reason } = scored;
  return JSON.stringify({
    items: [...items],
    cursor,
    mode,
    reason,
    ageMs: 0,
    hidden: hidden.toJSON(),
    calls: call.tao.calls(),
  } satisfies FeedPage);
}

/** Side effects: nothing that the page waits for. */
function afterwards(call: Call, scope: CursorScope, page: Page<Post>): void {
  if (!page.exhausted) return;
  call.report({ event: "refills_exhausted", stage: scope.kind, viewer: String(scope.viewer) });
}
