import { formatId, type Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { ok } from "../../result.ts";
import type { ListCursor } from "../../tao/types.ts";
import { CellTable } from "../cache/cells.ts";
import { cutPage, newerThan } from "../cache/cut.ts";
import { Entry } from "../cache/entry.ts";
import { type Call, type Outcome, signedIn } from "../call.ts";
import { type CursorScope, decodeCursor, encodeCursor } from "../cursor.ts";
import { askCache, type CacheAnswer, keep, startOf } from "../home-cache.ts";
import { type HomeRecord, readHome } from "../home-record.ts";
import { timeline } from "../pipeline.ts";
import type { FeedPage, NewPosts } from "../schemas.ts";
import type { FeedRequest, PageText } from "../service.ts";
import { reportExhausted } from "../stage.ts";
import { type HomeViewer, loadHomeViewer } from "../stages/home-viewer.ts";
import { type Scored, score } from "../stages/score.ts";
import { sourceOf } from "../standing.ts";
import { toId } from "../views.ts";

type Made = Pick<FeedPage, "mode" | "reason" | "ageMs" | "calls">;

/**
 * The viewer's home feed: the posts of whom they follow, of friends and their own. From the feed
 * cache where that has it; otherwise from the graph, and then into the cache.
 */
export async function home(call: Call, request: FeedRequest): Outcome<PageText> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const scope = { kind: "home", viewer: viewer.value };
  const after = decodeCursor(request.cursor, scope, call.clock.nowMs(), call.signer);
  if (!after.ok) return after;
  const { limit, mode } = request;
  const reason = mode === undefined ? "setting" : "requested";
  const from = { viewer: viewer.value, after: after.value, limit, mode };

  const cached = await cachedPage(call, from);
  const calls = () => call.tao.calls() + cached.calls;
  if (cached.answer?.hit === true) {
    const { ageMs, ...page } = cached.answer;
    return ok(pageText(call, scope, page, { mode: "latest", reason, ageMs, calls: calls() }));
  }
  const start = startOf(call, viewer.value, cached.answer);
  const facts = await loadHomeViewer(call, viewer.value);
  if (!facts.ok) return facts;
  const isRanked = (mode ?? facts.value.settings.feedMode) === "ranked";
  if (start !== null && after.value === null && !isRanked) {
    const read = await readHome(call, start, facts.value);
    if (!read.ok) return read;
    const cut = cutPage(entryOf(read.value), null, limit);
    // What fills no first page, because so much of it is hidden, is not worth keeping.
    if (cut !== null) {
      keep(call, read.value);
      return ok(pageText(call, scope, cut, { mode: "latest", reason, ageMs: 0, calls: calls() }));
    }
  }
  return fromGraph(call, scope, facts.value, { ...from, isRanked, reason, calls });
}

/** How much came to the viewer's feed since `since`, `timeMs.id`: what a client polls that has no socket. */
export async function newPosts(call: Call, since: string): Outcome<NewPosts> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const [timeMs = "", id = ""] = since.split(".");
  const at = { timeMs: Number(timeMs), id2: toId(id) };
  const cached = await askCache(call, (cache, wrote) =>
    cache.newSince(call.region, viewer.value, at, wrote),
  );
  if (cached.answer?.hit === true) {
    const { count, authors } = cached.answer;
    return ok({ count, authors: [...authors] });
  }
  const start = startOf(call, viewer.value, cached.answer) ?? {
    viewer: viewer.value,
    builtMs: call.clock.nowMs(),
    since: null,
    wrote: new Map(),
  };
  const facts = await loadHomeViewer(call, viewer.value);
  if (!facts.ok) return facts;
  const read = await readHome(call, start, facts.value);
  if (!read.ok) return read;
  if (cached.answer !== null) keep(call, read.value);
  const { count, authors } = newerThan(entryOf(read.value), at, LIMITS.feedNewPostsMax);
  return ok({ count, authors: authors.slice(0, AUTHORS_TOLD).map(({ user }) => user) });
}

const AUTHORS_TOLD = 3;

interface From {
  readonly viewer: Id;
  readonly after: ListCursor | null;
  readonly limit: number;
  readonly mode: FeedRequest["mode"];
}

/** Only a feed in the order of time is cut from an entry. */
async function cachedPage(call: Call, { viewer, after, limit, mode }: From): Promise<CacheAnswer> {
  if (mode === "ranked") return { answer: null, calls: 0 };
  const asked = await askCache(call, (cache, wrote) =>
    cache.page(call.region, viewer, { limit, after, wrote, mode }),
  );
  if (asked.answer?.hit === true) {
    const { ticket, upTo } = asked.answer;
    call.tao.madeBy(ticket, viewer, upTo);
  }
  return asked;
}

const entryOf = ({ record }: HomeRecord): Entry =>
  new Entry({ ...record, ticket: "", upTo: null }, new CellTable());

interface GraphRequest extends From {
  readonly isRanked: boolean;
  readonly reason: string;
  readonly calls: () => number;
}

/** The stages, for this page alone. */
async function fromGraph(
  call: Call,
  scope: CursorScope,
  facts: HomeViewer,
  { after, limit, isRanked, reason, calls }: GraphRequest,
): Outcome<PageText> {
  const page = await timeline(call, { ...facts, surface: "home", after, limit });
  if (!page.ok) return page;
  reportExhausted(call, scope.kind, page.value);
  const { items, next, hidden } = page.value;
  const scored: Scored = isRanked ? await score(call, items) : { items, mode: "latest", reason };
  const withSource = scored.items.map((post) => ({
    ...post,
    source: sourceOf(toId(post.author.id), facts.standing),
  }));
  const [newest] = after === null ? items : [];
  const text = {
    items: JSON.stringify(withSource),
    hidden: JSON.stringify(hidden),
    head: newest === undefined ? null : { timeMs: newest.createdAtMs, id2: toId(newest.id) },
    next,
  };
  const { mode, reason: why } = scored;
  return ok(pageText(call, scope, text, { mode, reason: why, ageMs: 0, calls: calls() }));
}

interface PageParts {
  readonly items: string;
  readonly hidden: string;
  readonly next: ListCursor | null;
  readonly head: ListCursor | null;
}

/** JSON text of a `FeedPage`: put together, since what is long in it is text already. */
function pageText(
  { clock, signer }: Call,
  scope: CursorScope,
  { items, hidden, next, head }: PageParts,
  { mode, reason, ageMs, calls }: Made,
): PageText {
  // As old as the page: the same page then has the same cursor, which need not be signed again.
  const madeMs = clock.nowMs() - ageMs;
  const cursor = next === null ? "null" : `"${encodeCursor(scope, next, madeMs, signer)}"`;
  const newest = head === null ? "null" : `{"timeMs":${head.timeMs},"id":"${formatId(head.id2)}"}`;
  return `{"items":${items},"cursor":${cursor},"head":${newest},"mode":"${mode}","reason":${JSON.stringify(reason)},"ageMs":${ageMs},"hidden":${hidden},"calls":${calls}}`;
}
