import { NO_CONTEXT } from "../../core/feed/ranked/context.ts";
import { Bucket, type BucketBounds } from "../../core/feed/cache/bucket.ts";
import { encodeEvents } from "../../core/feed/cache/event-wire.ts";
import type { BucketEvent, PushedPost } from "../../core/feed/cache/port.ts";
import { encodeRecord, type EntryRecord } from "../../core/feed/cache/record.ts";
import type { ReactionKind } from "../../core/feed/schemas.ts";
import type { Id } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { AUDIENCES } from "../../core/tao/registry.ts";
import { compareVersions, maxVersion, type Version } from "../../core/tao/version.ts";
import { cellOf, contentOf, id, type PostSpec, pushedOf, standingFor } from "./feed-cells.ts";
import {
  DELETED,
  isVisible,
  newViewer,
  type Post,
  type RanksOf,
  type Relations,
  type Viewer,
} from "./bucket-posts.ts";
import { indexIn, LAST, last, valueAt } from "./histories.ts";
import { MemoryRows } from "./memory-feed-cache.ts";
import { FIRST_PAGE } from "./first-page.ts";

const START_MS = 1_780_000_000_000;

interface Sent {
  /** Comes by itself then, Unix ms, unless it is delivered before. */
  readonly dueMs: number;
  readonly event: BucketEvent;
  readonly arrived: () => void;
}
interface Build {
  readonly record: string;
  readonly builtMs: number;
}

/**
 * Some people, what they write, and a bucket that hears of it in any order, twice, or not yet.
 * Entries are read from followers that are up to their TTL behind, each shard by itself.
 */
export class BucketWorld {
  nowMs = START_MS;
  readonly rows = new MemoryRows();
  bucket: Bucket;
  readonly viewers: Viewer[] = [1, 2].map((n) => newViewer(id(n)));
  readonly authors: readonly Id[] = [11, 12, 13].map(id);
  readonly posts: Post[] = [];
  readonly sent: Sent[] = [];
  readonly builds: Build[] = [];
  /** Counts that were not stored are lost with the memory. */
  knowsCounts = true;
  readonly #bounds: Partial<BucketBounds>;
  #seq = 0;

  /** @param entriesBytes what exceeds it leaves memory, and comes back from storage. */
  constructor(entriesBytes: number) {
    this.#bounds = { entriesBytes, eventsBytes: LIMITS.feedEventsBytesMax };
    this.bucket = new Bucket(this.rows, START_MS, this.#bounds);
    for (const { relations } of this.viewers) {
      const follows = new Set(this.authors);
      const value = { follows, friends: new Set<Id>([id(11)]), blocks: new Set<Id>() };
      relations.push({ fromMs: START_MS, value, version: this.#version() });
    }
  }

  /** @param takesMs how long the event is on its way, unless it is delivered before. */
  post(
    author: number,
    rank: number,
    of: number,
    embeds: "own" | "repost" | "quote",
    takesMs: number,
  ): void {
    const original = this.posts[indexIn(this.posts, of)];
    const isPlain = embeds === "own" || original === undefined || original.repostOf !== undefined;
    const post: Post = {
      id: id(100 + this.posts.length),
      author: this.authors[indexIn(this.authors, author)] ?? id(11),
      timeMs: this.nowMs,
      ...(!isPlain && { [embeds === "repost" ? "repostOf" : "quoteOf"]: original.id }),
      ranks: [{ fromMs: this.nowMs, value: rank }],
      counts: [{ fromMs: this.nowMs, value: 0 }],
      toldRank: rank,
      toldCount: true,
      toldTo: new Set(),
    };
    this.posts.push(post);
    const inner = isPlain || last(original.ranks) === DELETED ? null : original;
    const pushed: PushedPost = {
      ...pushedOf({ ...post, audience: AUDIENCES[rank] ?? "public" }),
      original: inner && {
        ...cellOf({ ...inner, audience: AUDIENCES[last(inner.ranks)] ?? "public" }),
        reactions: last(inner.counts),
      },
    };
    const viewers = this.viewers.map((viewer) => viewer.id);
    const arrived = () => void viewers.forEach((viewer) => post.toldTo.add(viewer));
    const event: BucketEvent =
      this.posts.length % 2 === 0
        ? { kind: "push", pushed, viewers }
        : { kind: "announce", pushed };
    this.#send(event, takesMs, arrived);
  }

  narrow(of: number, by: number, takesMs: number): void {
    const post = this.posts[indexIn(this.posts, of)];
    if (post === undefined || last(post.ranks) === DELETED) return;
    const rank = Math.min(DELETED, last(post.ranks) + by);
    post.ranks.push({ fromMs: this.nowMs, value: rank });
    const audience = rank === DELETED ? {} : { audience: rank };
    const event = { kind: "revoke", post: post.id, at: this.#version(), ...audience } as const;
    const arrived = () => void (post.toldRank = Math.max(post.toldRank, rank));
    this.#send(event, takesMs, arrived);
  }

  count(of: number, takesMs: number): void {
    const post = this.posts[indexIn(this.posts, of)];
    if (post === undefined) return;
    const count = last(post.counts) + 1;
    post.counts.push({ fromMs: this.nowMs, value: count });
    post.toldCount = false;
    const arrived = () => void (post.toldCount ||= last(post.counts) === count);
    const at = this.#version();
    const event = { kind: "count", post: post.id, of: "reactions", count, at } as const;
    this.#send(event, takesMs, arrived);
  }

  relate(
    who: number,
    whom: number,
    how: keyof Relations,
    on: boolean,
    withPlace: boolean,
    device: number,
  ): void {
    const viewer = this.viewers[indexIn(this.viewers, who)];
    const author = this.authors[indexIn(this.authors, whom)];
    if (viewer === undefined || author === undefined) return;
    const before = last(viewer.relations);
    const set = new Set(before[how]);
    if (on) set.add(author);
    else set.delete(author);
    const version = this.#version();
    viewer.relations.push({ fromMs: this.nowMs, value: { ...before, [how]: set }, version });
    viewer.devices.relate(device, version, this.nowMs);
    const at = withPlace ? { at: version } : {};
    this.#send({ kind: "forget", viewers: [viewer.id], ...at }, Infinity);
  }

  /** A reaction, which moves the count. The bucket is told at once, or when it is delivered. */
  react(who: number, device: number, of: number, kind: ReactionKind | null, isTold: boolean): void {
    const viewer = this.viewers[indexIn(this.viewers, who)];
    const post = this.posts[indexIn(this.posts, of)];
    if (viewer === undefined || post === undefined) return;
    const version = this.#version();
    const own = viewer.devices.react(device, { post: post.id, kind, version }, this.nowMs);
    const count = last(post.counts) + 1;
    post.counts.push({ fromMs: this.nowMs, value: count });
    post.toldCount = false;
    const counted = { post: post.id, of: "reactions", count, countAt: version } as const;
    const change = { ...counted, reaction: kind };
    const arrived = () => void (post.toldCount ||= last(post.counts) === count);
    this.#send({ kind: "own", viewer: viewer.id, ...own, change }, Infinity, arrived);
    if (isTold) this.deliver([LAST], false);
  }

  /** Some events as one text, perhaps not for the last time. */
  deliver(which: readonly number[], again: boolean): void {
    const some = which.flatMap((place) => {
      const index = indexIn(this.sent, place);
      return again ? this.sent.slice(index, index + 1) : this.sent.splice(index, 1);
    });
    this.bucket.apply(encodeEvents(some.map(({ event }) => event)), this.nowMs);
    for (const { arrived } of some) arrived();
  }

  /** What is due meanwhile comes when it is due. */
  wait(ms: number): void {
    const untilMs = this.nowMs + ms;
    const due = this.sent.filter(({ dueMs }) => dueMs <= untilMs);
    for (const one of due.toSorted((a, b) => a.dueMs - b.dueMs)) {
      this.nowMs = Math.max(this.nowMs, one.dueMs);
      this.deliver([this.sent.indexOf(one)], false);
    }
    this.nowMs = untilMs;
  }

  /** A read that misses starts a build, from followers that are so far behind (0 to 1 of their TTL). */
  read(who: number, lag: readonly number[], place: number): readonly Shown[] | null {
    const viewer = this.viewers[indexIn(this.viewers, who)];
    if (viewer === undefined) return null;
    const device = viewer.devices.at(place);
    const wrote = device.wish(this.nowMs);
    const wish = { ...FIRST_PAGE, limit: 50, wrote };
    const page = this.bucket.page(viewer.id, wish, this.nowMs);
    if (page.hit) return JSON.parse(page.items) as Shown[];
    const { watermarkMs: builtMs, needs } = page;
    const needed = viewer.relations.find(({ version }) => version.seq === needs?.seq);
    const asOf = (shard: number) =>
      this.nowMs - Math.floor((lag[shard % lag.length] ?? 0) * (LIMITS.followerTtlMs - 1));
    const own = device.wroteAt(this.nowMs);
    const ownMs = own === null ? 0 : (device.wrote?.atMs ?? 0);
    const relationsMs = Math.max(asOf(0), needed?.fromMs ?? 0, ownMs);
    const since = needs === null || own === null ? (needs ?? own) : maxVersion(needs, own);
    const start = { builtMs, since, wrote: new Map(wrote) };
    this.builds.push({ builtMs, record: this.#read(viewer, start, relationsMs, asOf) });
    return null;
  }

  put(which: number): void {
    const [build] = this.builds.splice(indexIn(this.builds, which), 1);
    if (build !== undefined) this.bucket.put(build.record, this.nowMs);
  }

  evict(): void {
    this.bucket = new Bucket(this.rows, this.nowMs, this.#bounds);
    this.knowsCounts = false;
  }

  /** Whether each of these ranks hides a post from the viewer; relations as they are. */
  hides(viewer: Viewer, post: Post, ranksOf: RanksOf): boolean {
    if (!isVisible(viewer, post, ranksOf)) return true;
    if (post.repostOf === undefined) return false;
    const original = this.posts.find((other) => other.id === post.repostOf);
    return original === undefined || !isVisible(viewer, original, ranksOf);
  }

  follows(viewer: Viewer, author: Id): boolean {
    const { follows, friends } = last(viewer.relations);
    return follows.has(author) || friends.has(author);
  }

  /** Whether the bucket was told of all that the viewer did, or the device's ticket says the latest of it. */
  knowsRelations = (viewer: Viewer, place: number): boolean =>
    compareVersions(viewer.devices.at(place).related, viewer.relations.at(-1)?.version ?? null) >=
      0 ||
    !this.sent.some(({ event }) => event.kind === "forget" && event.viewers.includes(viewer.id));

  #read(
    { id: viewer, relations, devices }: Viewer,
    start: Pick<EntryRecord, "builtMs" | "since" | "wrote">,
    relationsMs: number,
    asOf: (shard: number) => number,
  ): string {
    const { follows, friends, blocks } = valueAt(relations, relationsMs) ?? last(relations);
    const standing = standingFor(viewer, { follows, friends, blocks });
    const stateOf = (post: Post): PostSpec | null => {
      const readMs = asOf(Number(post.author));
      const rank = valueAt(post.ranks, readMs);
      if (rank === undefined || rank === DELETED) return null;
      return { ...post, audience: AUDIENCES[rank] ?? "public" };
    };
    const cells = new Map();
    const slots = [];
    for (const post of this.posts.toReversed()) {
      const state = stateOf(post);
      if (state === null || blocks.has(post.author)) continue;
      if (!follows.has(post.author) && !friends.has(post.author)) continue;
      const { id: id2, timeMs } = post;
      const original = post.repostOf ?? post.quoteOf ?? null;
      slots.push({ at: { timeMs, id2 }, original, rule: null });
      const inner = this.posts.find((other) => other.id === original);
      for (const one of [post, inner]) {
        const read = one === undefined ? null : stateOf(one);
        if (one === undefined || read === null) continue;
        const reactions = valueAt(one.counts, asOf(Number(one.author))) ?? 0;
        cells.set(one.id, contentOf(read, { reactions, comments: 0, reposts: 0 }));
      }
    }
    slots.sort((a, b) => b.at.timeMs - a.at.timeMs || (a.at.id2 < b.at.id2 ? 1 : -1));
    return encodeRecord({
      viewer,
      ...start,
      upTo: null,
      ticket: "",
      feedMode: "latest",
      standing,
      reactions: { kinds: devices.kindsAt(relationsMs), completeAfterMs: -Infinity },
      ranking: NO_CONTEXT,
      scores: null,
      slots,
      floor: null,
      cells,
    });
  }

  #send(event: BucketEvent, takesMs: number, arrived = () => {}): void {
    this.sent.push({ event, arrived, dueMs: this.nowMs + takesMs });
  }

  #version = (): Version => ({ epoch: 1, seq: ++this.#seq });
}

export interface Shown {
  readonly id: string;
  readonly counts: { readonly reactions: number };
  readonly viewer: { readonly reaction: ReactionKind | null };
  readonly quoteOf?: { readonly id: string } | null;
}
