import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { AUDIENCES } from "../../tao/registry.ts";
import type { ListCursor } from "../../tao/types.ts";
import { maxVersion, type Version } from "../../tao/version.ts";
import { ActiveReaders } from "./active-readers.ts";
import { BucketEntries, type EntryRows } from "./bucket-entries.ts";
import { BucketTally } from "./bucket-tally.ts";
import { CellTable } from "./cells.ts";
import { arrivalOf, pushedNow } from "./correct.ts";
import { cutPage, newerThan } from "./cut.ts";
import type { Entry } from "./entry.ts";
import { EventLog, type EventRows } from "./event-log.ts";
import { decodeEvents, encodeEvents } from "./event-wire.ts";
import { withCounts } from "./own-writes.ts";
import type { BucketEvent, Pushed } from "./port.ts";
import { cutRanked } from "./ranked-cut.ts";
import { RecentEvents } from "./recent.ts";
import { decodeRecord } from "./record.ts";
import type {
  BucketStats,
  CachedPage,
  Kept,
  KeptScores,
  Miss,
  MissReason,
  NewPosts,
  PageWish,
  Wrote,
} from "./service.ts";

/** Where a bucket's entries and events outlive its memory. */
export interface BucketRows extends EntryRows, EventRows {
  /** Drops entries and events of these times, and what is older. */
  trim(entriesUpToMs: number, eventsUpToMs: number): void;
}

export interface BucketBounds {
  readonly entriesBytes: number;
  readonly eventsBytes: number;
  /** How long what is stored is remembered, ms. */
  readonly eventsKeptMs: number;
}
const BOUNDS: BucketBounds = {
  entriesBytes: LIMITS.feedEntriesBytesMax,
  eventsBytes: LIMITS.feedEventsBytesMax,
  eventsKeptMs: LIMITS.feedEventsKeptMs,
};

const AUTHORS_TOLD = 3;

type PageParts = Pick<CachedPage, "items" | "hidden" | "head" | "scoring" | "next">;

/** The feed cache of some viewers of one region: `bucket-entries.ts` says what keeps it right. */
export class Bucket {
  readonly #rows: BucketRows;
  readonly #cells = new CellTable();
  readonly #log: EventLog;
  readonly #recent: RecentEvents;
  readonly #entries: BucketEntries;
  readonly #tally = new BucketTally();
  readonly #readers = new ActiveReaders();
  /** How the last reader's region was doing. */
  #lengthened = { factor: 1, untilMs: 0 };

  /** Wakes up with what is stored. */
  constructor(rows: BucketRows, nowMs: number, some: Partial<BucketBounds> = {}) {
    const bounds = { ...BOUNDS, ...some };
    this.#rows = rows;
    this.#log = new EventLog(rows, nowMs, bounds.eventsKeptMs);
    const { events: stored, sinceMs } = this.#log.remembered(nowMs);
    this.#recent = new RecentEvents(sinceMs, bounds.eventsBytes);
    for (const { atMs, events } of stored) this.#recent.add(withCounts(decodeEvents(events)), atMs);
    this.#entries = new BucketEntries(rows, this.#cells, this.#recent, bounds.entriesBytes);
  }

  page(viewer: Id, wish: PageWish, nowMs: number): CachedPage | Miss {
    this.#lengthened = { factor: wish.ttlFactor ?? 1, untilMs: nowMs + LIMITS.levelKeptMs };
    const hadEntry = this.#entries.isActive(viewer, nowMs);
    const isActive = this.#readers.read(viewer, nowMs) || hadEntry;
    const page = this.#page(viewer, wish, nowMs);
    if (isActive) this.#tally.activePage(page.hit);
    return page.hit ? page : { ...page, wasActive: isActive };
  }

  #page(viewer: Id, wish: PageWish, nowMs: number): CachedPage | Miss {
    const entry = this.#find(viewer, wish.wrote, nowMs);
    if (typeof entry === "string") return this.#miss(viewer, entry, nowMs);
    const { ticket, feedMode, scores } = entry.record;
    const { upTo } = entry;
    const isRanked = (wish.mode ?? feedMode) === "ranked";
    if (isRanked && scores === null) return this.#miss(viewer, "unscored", nowMs);
    const page = isRanked ? this.#rankedPage(entry, wish, nowMs) : this.#latestPage(entry, wish);
    if (page === null) return this.#miss(viewer, "below", nowMs);
    return { hit: true, feedMode, ...page, ageMs: this.#hit(entry, nowMs), ticket, upTo };
  }

  newSince(viewer: Id, since: ListCursor, wrote: Wrote, nowMs: number): NewPosts | Miss {
    const entry = this.#find(viewer, wrote, nowMs);
    if (typeof entry === "string") return this.#miss(viewer, entry, nowMs);
    this.#hit(entry, nowMs);
    const { count, authors } = newerThan(entry, since, LIMITS.feedNewPostsMax);
    const users = authors.slice(0, AUTHORS_TOLD).map(({ user }) => user);
    return { hit: true, count, authors: users };
  }

  scores(viewer: Id, wrote: Wrote, nowMs: number): KeptScores | Miss {
    const entry = this.#find(viewer, wrote, nowMs);
    if (typeof entry === "string") return this.#miss(viewer, entry, nowMs);
    const { scores, builtMs } = entry.record;
    if (scores === null) return this.#miss(viewer, "unscored", nowMs);
    return { hit: true, scores, ageMs: Math.max(0, nowMs - builtMs) };
  }

  /** Keeps an entry that was built after a miss, unless it may lack something. */
  put(text: string, nowMs: number): Kept {
    const isKept =
      text.length <= LIMITS.feedEntryCharsMax && this.#entries.put(decodeRecord(text), text, nowMs);
    this.#tally.put(isKept);
    return isKept;
  }

  apply(text: string, nowMs: number): Pushed {
    const all = withCounts(decodeEvents(text));
    const pushed = this.#activityOf(all, nowMs);
    const events = this.#asOfNow(all.filter((event) => this.#isOfUse(event, nowMs)));
    // Counts are not worth a row: those of what comes back from storage are as old as its entry.
    const kept = events.filter(({ kind }) => kind !== "count");
    const isAsTold = kept.length === all.length && kept.every((event, i) => event === all[i]);
    const batch = { atMs: nowMs, events: isAsTold ? text : encodeEvents(kept) };
    if (kept.length > 0) this.#log.add(batch, this.#entries.counters.stored > 0);
    this.#recent.add(events, nowMs);
    // Of two changes in one text, too, the later counts.
    for (const event of events) if (!this.#recent.isLate(event)) this.#take(event);
    this.#tally.applied(events.length);
    return pushed;
  }

  /** Drops what has expired. @returns whether anything is left that will. */
  sweep(nowMs: number): boolean {
    const builtUpToMs = nowMs - this.#ttlMs(nowMs);
    this.#rows.trim(builtUpToMs, nowMs - LIMITS.feedEventsKeptMs);
    this.#log.trim(nowMs - LIMITS.feedEventsKeptMs);
    this.#entries.expire(builtUpToMs);
    this.#recent.trim(nowMs);
    return this.#entries.counters.stored > 0 || !this.#recent.isEmpty;
  }

  /** Drops every entry. Events stay: whoever builds the next ones may have read before them. */
  flush(): void {
    this.#rows.trim(Number.MAX_SAFE_INTEGER, -1);
    this.#entries.expire(Number.MAX_SAFE_INTEGER);
  }

  /** In how many ms `rest` is to be called; null: not at all. */
  restInMs = (nowMs: number): number | null => this.#log.restInMs(nowMs);

  /** Stores what is in memory alone, should nothing have come for a while. */
  rest(nowMs: number): void {
    this.#log.rest(nowMs);
  }

  stats = (): BucketStats => this.#tally.toStats(this.#entries.counters);

  /** As the region's level says; nobody who reads means the usual one. */
  #ttlMs(nowMs: number): number {
    const { factor, untilMs } = this.#lengthened;
    return LIMITS.feedCacheTtlMs * (nowMs < untilMs ? factor : 1);
  }

  #find(viewer: Id, wrote: Wrote, nowMs: number): Entry | MissReason {
    const entry = this.#entries.find(viewer, nowMs, this.#ttlMs(nowMs));
    if (typeof entry === "string") return entry;
    const isSeen = wrote.every(([shard, at]) => entry.reflects(shard, at));
    return isSeen ? entry : "void";
  }

  #latestPage(entry: Entry, { after, limit }: PageWish): PageParts | null {
    const cut = after === null ? entry.firstPage(limit) : cutPage(entry, after, limit);
    if (cut === null) return null;
    const { items, hidden, head, next } = cut;
    return { items, hidden, head, scoring: null, next: { mode: "latest", at: next } };
  }

  #rankedPage(
    entry: Entry,
    { segment, limit, weighing }: PageWish,
    nowMs: number,
  ): PageParts | null {
    const cut =
      segment === null
        ? entry.firstRanked(limit, nowMs, weighing)
        : cutRanked(entry, segment, limit, nowMs, weighing.weights);
    if (cut === null) return null;
    const { items, hidden, head, scoring, next } = cut;
    return { items, hidden, head, scoring, next: { mode: "ranked", at: next } };
  }

  #hit(entry: Entry, nowMs: number): number {
    const ageMs = Math.max(0, nowMs - entry.record.builtMs);
    this.#tally.hit(ageMs);
    return ageMs;
  }

  #miss(viewer: Id, why: MissReason, nowMs: number): Miss {
    this.#tally.miss(why);
    this.#log.read(nowMs);
    const needs = this.#recent
      .forgotten(viewer, nowMs - LIMITS.followerTtlMs)
      .reduce<Version | null>(
        (needed, { at }) => (at === null ? needed : maxVersion(needed ?? at, at)),
        null,
      );
    return { hit: false, why, watermarkMs: nowMs, needs };
  }

  #activityOf(events: readonly BucketEvent[], nowMs: number): Pushed {
    const named = events.flatMap((event) => (event.kind === "push" ? event.viewers : []));
    const active = named.filter((viewer) => this.#entries.isActive(viewer, nowMs));
    return { named: named.length, active: active.length };
  }

  /**
   * A post that comes later than what is remembered was read with every entry that still lives; and
   * nobody knows any more whether it was taken back. So is a change that a later one has overtaken.
   */
  #isOfUse(event: BucketEvent, nowMs: number): boolean {
    if (event.kind !== "push" && event.kind !== "announce") return !this.#recent.isLate(event);
    const keptSinceMs = nowMs - LIMITS.feedEventsKeptMs + LIMITS.feedClockSkewMs;
    const oldestMs = Math.max(keptSinceMs, this.#recent.sinceMs);
    return event.pushed.timeMs >= oldestMs;
  }

  /**
   * What is known of a post is forgotten before one that comes after it: so that is kept as the post
   * is by now, and not at all when it is gone. What the same text says is remembered as long.
   */
  #asOfNow(events: readonly BucketEvent[]): BucketEvent[] {
    const { changesOf } = this.#recent;
    return events.flatMap((event): BucketEvent[] => {
      if (event.kind !== "push" && event.kind !== "announce") return [event];
      const pushed = pushedNow(event.pushed, { sinceMs: -Infinity, changesOf });
      if (pushed === event.pushed) return [event];
      return pushed === null ? [] : [{ ...event, pushed }];
    });
  }

  #take(event: BucketEvent): void {
    switch (event.kind) {
      case "push":
      case "announce": {
        const { changesOf } = this.#recent;
        const arrival = arrivalOf(event.pushed, { sinceMs: -Infinity, changesOf });
        const viewers = event.kind === "push" ? event.viewers : null;
        if (arrival !== null) this.#entries.arrive(arrival, viewers);
        return;
      }
      case "revoke": {
        const audience = event.audience === undefined ? undefined : AUDIENCES[event.audience];
        if (audience === undefined) this.#cells.remove(event.post);
        else this.#cells.admitOnly(event.post, audience);
        return;
      }
      case "count":
        this.#cells.count(event.post, event.of, event.count);
        return;
      case "forget":
        for (const viewer of event.viewers) this.#entries.forget(viewer, event.at ?? null);
        return;
      case "own":
        this.#entries.own(event);
    }
  }
}
