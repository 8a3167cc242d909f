import type { Failure } from "../../errors.ts";
import { formatId, type Id } from "../../ids.ts";
import { ok, type Result } from "../../result.ts";
import type { ListCursor } from "../../tao/types.ts";
import { cutPage } from "../cache/cut.ts";
import { cutRanked } from "../cache/ranked-cut.ts";
import type { CachedPage } from "../cache/service.ts";
import { DEFAULT_WEIGHING, type Weighing } from "../../ranking/weighing.ts";
import { type Call, type Outcome, signedIn } from "../call.ts";
import { type CursorScope, decodeCursor, encodeCursor, isOf } from "../cursor.ts";
import { orderedBy } from "../degraded-home.ts";
import { askCache, type CacheAnswer, startOf } from "../home-cache.ts";
import { type BuildStart, entryOf, type HomeRecord, readHome } from "../home-record.ts";
import { keepHome, keepSlate, keepUnscored, scoreHome, withScores } from "../home-scores.ts";
import { timeline } from "../pipeline.ts";
import { rankableOf } from "../ranked/context.ts";
import { itemOfPost } from "../ranked/rank-items.ts";
import { scoreItems } from "../ranked/score.ts";
import { placeOf, rankedPage, type RankedSource } from "../ranked/ranked-page.ts";
import { decodeSegment, encodeSegment, type Segment } from "../ranked/segment-cursor.ts";
import type { FeedPage, Post } from "../schemas.ts";
import type { FeedRequest, PageText } from "../service.ts";
import { reportExhausted } from "../stage.ts";
import { type HomeViewer, loadHomeViewer } from "../stages/home-viewer.ts";
import { sourceOf } from "../standing.ts";
import { toId } from "../views.ts";

type Made = Pick<FeedPage, "mode" | "reason" | "model" | "slate" | "ageMs" | "calls">;

/**
 * The viewer's home feed: the posts of whom they follow, of friends and their own. From the feed
 * cache where that has it; otherwise from the graph, and then into the cache.
 */
export async function home(call: Call, request: FeedRequest): Outcome<PageText> {
  const viewer = signedIn(call);
  if (!viewer.ok) return viewer;
  const { mode: wanted } = orderedBy(call.effects, request);
  const place = placeFrom(call, viewer.value, { ...request, mode: wanted });
  if (!place.ok) return place;
  const from = { viewer: viewer.value, limit: request.limit, ...place.value };
  const isLevelled = wanted !== request.mode || (wanted === "ranked" && from.mode === "latest");
  const isFirst = from.after === null && from.segment === null;
  const isAsked = request.mode !== undefined || !isFirst;

  const cached = await cachedPage(call, from);
  const text = (parts: PageParts, ageMs: number, feedMode: HomeViewer["settings"]["feedMode"]) => {
    // Who has the order of time by setting, and names no other, has what they want at every level.
    const isAsSet = request.mode === undefined && isFirst && feedMode === "latest";
    const { mode, reason, ...by } = parts.scoring ?? {
      mode: "latest",
      reason: isAsSet ? "setting" : isLevelled ? "degraded" : isAsked ? "requested" : "setting",
      model: null,
      slate: null,
    };
    const calls = call.tao.calls() + cached.calls + (call.ranking?.calls() ?? 0);
    return ok(pageText(call, from.viewer, parts, { mode, reason, ...by, ageMs, calls }));
  };
  if (cached.answer?.hit === true)
    return text(cached.answer, cached.answer.ageMs, cached.answer.feedMode);
  const start = startOf(call, from.viewer, cached.answer);
  const build = {
    kind: from.mode ?? "setting",
    viewer: from.viewer,
    page: { limit: request.limit, cursor: request.cursor },
  } as const;
  const built = await call.builds.run(call, build, () => pageFromGraph(call, from, start, isFirst));
  return built.ok ? text(built.value.parts, 0, built.value.feedMode) : built;
}

interface BuiltPage {
  readonly parts: PageParts;
  /** Of the viewer's settings. */
  readonly feedMode: HomeViewer["settings"]["feedMode"];
}

async function pageFromGraph(
  call: Call,
  from: From,
  start: BuildStart | null,
  isFirst: boolean,
): Outcome<BuiltPage> {
  const facts = await loadHomeViewer(call, from.viewer);
  if (!facts.ok) return facts;
  const { feedMode } = facts.value.settings;
  const mode = from.mode ?? feedMode;
  if (start !== null && isFirst && call.effects.onMiss === "page") {
    // One page, at once; the entry is for later readers: without it nothing would recover.
    const one = await latestFromGraph(call, facts.value, from);
    if (call.effects.entriesAfterwards) call.defer(() => keepWhole(call, start, facts.value));
    return one.ok ? ok({ parts: one.value, feedMode }) : one;
  }
  if (start !== null && isFirst) {
    const read = await readHome(call, start, facts.value);
    if (!read.ok) return read;
    const scored = mode === "ranked" ? await scoreHome(call, read.value) : null;
    const parts = firstPageOf(call, withScores(read.value, scored), mode, from.limit);
    // What fills no first page, because so much of it is hidden, is not worth keeping.
    if (parts !== null) {
      keepHome(call, read.value, scored);
      return ok({ parts, feedMode });
    }
  }
  const graph = await (mode === "ranked"
    ? rankedFromGraph(call, facts.value, from)
    : latestFromGraph(call, facts.value, from));
  return graph.ok ? ok({ parts: graph.value, feedMode }) : graph;
}

async function keepWhole(call: Call, start: BuildStart, facts: HomeViewer): Promise<void> {
  // Nobody waits for it.
  const build = { kind: "entry", viewer: start.viewer, priority: "warming", page: null } as const;
  const read = await call.builds.run(call, build, () => readHome(call, start, facts));
  if (read.ok) keepUnscored(call, read.value);
}

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
  // One who asks for ranked pages goes on by time where a level had the first page so.
  const isRanked =
    mode === "ranked"
      ? !isOf(cursor, latestScope(viewer))
      : mode === undefined && isOf(cursor, rankedScope(viewer));
  if (isRanked) {
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
      weighing: weighingOf(call),
      ...(call.trace !== undefined && { trace: call.trace }),
    }),
  );
  if (asked.answer?.hit === true) {
    const { ticket, upTo } = asked.answer;
    call.tao.madeBy(ticket, viewer, upTo);
  }
  return asked;
}

type PageParts = Pick<CachedPage, "items" | "hidden" | "head" | "scoring" | "next">;

const weighingOf = ({ ranking }: Call): Weighing => ranking?.weighing ?? DEFAULT_WEIGHING;

/** As a bucket makes it. */
function firstPageOf(
  call: Call,
  read: HomeRecord,
  mode: "latest" | "ranked",
  limit: number,
): PageParts | null {
  const entry = entryOf(read);
  if (mode === "ranked") {
    const cut = cutRanked(entry, null, limit, call.clock.nowMs(), weighingOf(call).weights);
    return cut && { ...cut, next: { mode, at: cut.next } };
  }
  const cut = cutPage(entry, null, limit);
  return cut && { ...cut, scoring: null, next: { mode, at: cut.next } };
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
    scoring: null,
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
    weights: weighingOf(call).weights,
    score: async (posts, asOfMs) => {
      const { standing } = facts;
      const ask = { viewer, standing, items: posts.map(itemOfPost), asOfMs };
      const scored = await scoreItems(call, ask);
      keepSlate(call, scored);
      return scored.scores;
    },
    rankable: (post, { of }) => rankableOf(post, facts.ranking, of.get(toId(post.id)) ?? null),
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
    scoring: page.value.scoring,
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
  { mode, reason, model, slate, ageMs, calls }: Made,
): PageText {
  // As old as the page: the same page then has the same cursor, which need not be signed again. In whole
  // seconds, since the time that the cache's answer was on its way differs by some ms each time.
  const madeS = Math.floor((call.clock.nowMs() - ageMs) / SECOND_MS);
  const place = cursorOf(call, viewer, next, madeS * SECOND_MS);
  const cursor = place === null ? "null" : `"${place}"`;
  const newest = head === null ? "null" : `{"timeMs":${head.timeMs},"id":"${formatId(head.id2)}"}`;
  return `{"items":${items},"cursor":${cursor},"head":${newest},"mode":"${mode}","reason":${JSON.stringify(reason)},"model":${JSON.stringify(model)},"slate":${JSON.stringify(slate)},"ageMs":${ageMs},"hidden":${hidden},"calls":${calls}}`;
}
