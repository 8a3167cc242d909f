import type { Failure } from "../../errors.ts";
import { formatId, type Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { ok, type Result } from "../../result.ts";
import type { ListCursor } from "../../tao/types.ts";
import { CellTable } from "../cache/cells.ts";
import { cutPage, newerThan } from "../cache/cut.ts";
import { Entry } from "../cache/entry.ts";
import { cutRanked } from "../cache/ranked-cut.ts";
import type { CachedPage } from "../cache/service.ts";
import { type Call, type Outcome, signedIn } from "../call.ts";
import { type CursorScope, decodeCursor, encodeCursor, isOf } from "../cursor.ts";
import { askCache, type CacheAnswer, keep, startOf } from "../home-cache.ts";
import { orderedBy, withSources } from "../degraded-home.ts";
import { type BuildStart, type HomeRecord, readHome } from "../home-record.ts";
import { timeline } from "../pipeline.ts";
import { rankableOf } from "../ranked/context.ts";
import { HEURISTIC } from "../ranked/heuristic.ts";
import { placeOf, rankedPage, type RankedSource } from "../ranked/ranked-page.ts";
import { decodeSegment, encodeSegment, type Segment } from "../ranked/segment-cursor.ts";
import type { FeedPage, NewPosts, Post } from "../schemas.ts";
import type { FeedRequest, PageText } from "../service.ts";
import { reportExhausted } from "../stage.ts";
import { type HomeViewer, loadHomeViewer } from "../stages/home-viewer.ts";
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
  const { mode: wanted } = orderedBy(call.effects, request);
  const isLevelled = wanted !== request.mode;
  const place = placeFrom(call, viewer.value, { ...request, mode: wanted });
  if (!place.ok) return place;
  const from = { viewer: viewer.value, limit: request.limit, ...place.value };
  const isFirst = from.after === null && from.segment === null;
  const isAsked = request.mode !== undefined || !isFirst;

  const cached = await cachedPage(call, from);
  const calls = () => call.tao.calls() + cached.calls;
  const made = (mode: "latest" | "ranked", ageMs: number): Made => ({
    mode,
    reason:
      mode === "ranked" ? HEURISTIC : isLevelled ? "degraded" : isAsked ? "requested" : "setting",
    ageMs,
    calls: calls(),
  });
  if (cached.answer?.hit === true) {
    const { ageMs, ...page } = cached.answer;
    return ok(pageText(call, from.viewer, page, made(page.next.mode, ageMs)));
  }
  const start = startOf(call, from.viewer, cached.answer);
  const facts = await loadHomeViewer(call, from.viewer);
  if (!facts.ok) return facts;
  const mode = from.mode ?? facts.value.settings.feedMode;
  if (start !== null && isFirst && call.effects.sources !== "all") {
    // A page of few, at once; the entry, of all, is for later readers: without it nothing would recover.
    const few = await latestFromGraph(
      call,
      withSources(call.effects, from.viewer, facts.value),
      from,
    );
    if (call.effects.entriesAfterwards) call.defer(() => keepWhole(call, start, facts.value));
    return few.ok ? ok(pageText(call, from.viewer, few.value, made("latest", 0))) : few;
  }
  if (start !== null && isFirst) {
    const read = await readHome(call, start, facts.value);
    if (!read.ok) return read;
    const parts = firstPageOf(read.value, mode, request.limit, call.clock.nowMs());
    // What fills no first page, because so much of it is hidden, is not worth keeping.
    if (parts !== null) {
      keep(call, read.value);
      return ok(pageText(call, from.viewer, parts, made(mode, 0)));
    }
  }
  const graph = await (mode === "ranked"
    ? rankedFromGraph(call, facts.value, from)
    : latestFromGraph(call, facts.value, from));
  return graph.ok ? ok(pageText(call, from.viewer, graph.value, made(mode, 0))) : graph;
}

async function keepWhole(call: Call, start: BuildStart, facts: HomeViewer): Promise<void> {
  const read = await readHome(call, start, facts);
  if (read.ok) keep(call, read.value);
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
const SECOND_MS = 1_000;

interface From {
  readonly viewer: Id;
  readonly limit: number;
  /** undefined: what the viewer's settings say. */
  readonly mode: FeedRequest["mode"];
  /** Where the page goes on, in the order that the feed has; both null on a first page. */
  readonly after: ListCursor | null;
  readonly segment: Segment | null;
}

const latestScope = (viewer: Id): CursorScope => ({ kind: "home", viewer });
const rankedScope = (viewer: Id): CursorScope => ({ kind: "home-ranked", viewer });

/** A cursor goes on in the order that its page had; a mode that says otherwise refuses it. */
function placeFrom(
  { clock, signer }: Call,
  viewer: Id,
  { cursor, mode }: FeedRequest,
): Result<Pick<From, "mode" | "after" | "segment">, Failure> {
  if (cursor === undefined) return ok({ mode, after: null, segment: null });
  const nowMs = clock.nowMs();
  if (mode === "ranked" || (mode === undefined && isOf(cursor, rankedScope(viewer)))) {
    const segment = decodeSegment(cursor, rankedScope(viewer), nowMs, signer);
    return segment.ok ? ok({ mode: "ranked", after: null, segment: segment.value }) : segment;
  }
  const after = decodeCursor(cursor, latestScope(viewer), nowMs, signer);
  return after.ok ? ok({ mode: "latest", after: after.value, segment: null }) : after;
}

async function cachedPage(call: Call, from: From): Promise<CacheAnswer> {
  const { viewer, limit, mode, after, segment } = from;
  const asked = await askCache(call, (cache, wrote) =>
    cache.page(call.region, viewer, {
      limit,
      after,
      segment,
      wrote,
      mode,
      ttlFactor: call.effects.feedTtlFactor,
    }),
  );
  if (asked.answer?.hit === true) {
    const { ticket, upTo } = asked.answer;
    call.tao.madeBy(ticket, viewer, upTo);
  }
  return asked;
}

const entryOf = ({ record }: HomeRecord): Entry =>
  new Entry({ ...record, ticket: "", upTo: null }, new CellTable());

type PageParts = Pick<CachedPage, "items" | "hidden" | "head" | "next">;

/** As a bucket makes it. */
function firstPageOf(
  read: HomeRecord,
  mode: "latest" | "ranked",
  limit: number,
  nowMs: number,
): PageParts | null {
  const entry = entryOf(read);
  if (mode === "ranked") {
    const cut = cutRanked(entry, null, limit, nowMs);
    return cut && { ...cut, next: { mode, at: cut.next } };
  }
  const cut = cutPage(entry, null, limit);
  return cut && { ...cut, next: { mode, at: cut.next } };
}

/** The stages, for this page alone. */
async function latestFromGraph(
  call: Call,
  facts: HomeViewer,
  { viewer, after, limit }: From,
): Outcome<PageParts> {
  const page = await timeline(call, { ...facts, surface: "home", after, limit });
  if (!page.ok) return page;
  reportExhausted(call, latestScope(viewer).kind, page.value);
  const { items, next, hidden } = page.value;
  const [newest] = after === null ? items : [];
  return ok({
    items: itemsText(items, facts),
    hidden: JSON.stringify(hidden),
    head: newest === undefined ? null : placeOf(newest),
    next: { mode: "latest", at: next },
  });
}

/** The same, best first within each segment. */
async function rankedFromGraph(
  call: Call,
  facts: HomeViewer,
  { viewer, segment, limit }: From,
): Outcome<PageParts> {
  let newest: Post | undefined;
  const source: RankedSource = {
    nowMs: call.clock.nowMs(),
    rankable: (post) => rankableOf(post, facts.standing, facts.ranking),
    load: async (after, until, count) => {
      const range = { surface: "home", after, until, limit: count } as const;
      const page = await timeline(call, { ...facts, ...range });
      if (page.ok && after === null) [newest] = page.value.items;
      return page;
    },
  };
  const page = await rankedPage(source, limit, segment);
  if (!page.ok) return page;
  reportExhausted(call, rankedScope(viewer).kind, page.value);
  const posts = page.value.items.map(({ item }) => item);
  return ok({
    items: itemsText(posts, facts),
    hidden: JSON.stringify(page.value.hidden),
    head: newest === undefined ? null : placeOf(newest),
    next: { mode: "ranked", at: page.value.next },
  });
}

const itemsText = (posts: readonly Post[], { standing }: HomeViewer): string =>
  JSON.stringify(
    posts.map((post) => ({ ...post, source: sourceOf(toId(post.author.id), standing) })),
  );

function cursorOf(
  { signer }: Call,
  viewer: Id,
  next: PageParts["next"],
  nowMs: number,
): string | null {
  if (next.mode === "ranked")
    return next.at && encodeSegment(rankedScope(viewer), next.at, nowMs, signer);
  return next.at && encodeCursor(latestScope(viewer), next.at, nowMs, signer);
}

/** JSON text of a `FeedPage`: put together, since what is long in it is text already. */
function pageText(
  call: Call,
  viewer: Id,
  { items, hidden, next, head }: PageParts,
  { mode, reason, ageMs, calls }: Made,
): PageText {
  // As old as the page: the same page then has the same cursor, which need not be signed again. In whole
  // seconds, since the time that the cache's answer was on its way differs by some ms each time.
  const madeS = Math.floor((call.clock.nowMs() - ageMs) / SECOND_MS);
  const place = cursorOf(call, viewer, next, madeS * SECOND_MS);
  const cursor = place === null ? "null" : `"${place}"`;
  const newest = head === null ? "null" : `{"timeMs":${head.timeMs},"id":"${formatId(head.id2)}"}`;
  return `{"items":${items},"cursor":${cursor},"head":${newest},"mode":"${mode}","reason":${JSON.stringify(reason)},"ageMs":${ageMs},"hidden":${hidden},"calls":${calls}}`;
}
