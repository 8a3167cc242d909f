import type { AudienceOf } from "../../core/feed/realtime/audiences.ts";
import type { RealtimeGraph, SeenPost } from "../../core/feed/realtime/graph.ts";
import type { Line, LineState } from "../../core/feed/realtime/lines.ts";
import { follow } from "../../core/feed/realtime/place.ts";
import type { ServerMessage } from "../../core/feed/realtime/port.ts";
import type { Original, Spreading } from "../../core/feed/realtime/reach.ts";
import type { Place } from "../../core/feed/realtime/stream.ts";
import { Switchboard } from "../../core/feed/realtime/switchboard.ts";
import type { Audience } from "../../core/feed/schemas.ts";
import type { Id } from "../../core/ids.ts";
import { err, ok } from "../../core/result.ts";
import { ManualClock } from "./manual-clock.ts";
import { MemoryStreams } from "./memory-streams.ts";

export const AUTHOR = 900n as Id;
export const FOREVER = Number.MAX_SAFE_INTEGER;

/** A connection as its client sees it. */
export class TestLine implements Line {
  readonly viewer: Id;
  readonly untilMs: number;
  readonly messages: ServerMessage[] = [];
  closedWith: number | null = null;
  kept: LineState | null = null;
  pingedMs: number | null = null;

  constructor(viewer: Id, untilMs = FOREVER) {
    this.viewer = viewer;
    this.untilMs = untilMs;
  }

  send(message: ServerMessage): void {
    if (this.closedWith !== null) throw new Error("sent to a closed line");
    this.messages.push(message);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  heardMs(): number | null {
    return this.pingedMs;
  }

  keep(state: LineState): void {
    this.kept = structuredClone(state);
  }

  of<T extends ServerMessage["type"]>(type: T) {
    return this.messages.filter(
      (one): one is Extract<ServerMessage, { type: T }> => one.type === type,
    );
  }
}

/** A graph that says what it is told to. */
export class TestGraph implements RealtimeGraph {
  /** Posts that a viewer may not see. */
  readonly hidden = new Set<string>();
  readonly counts = new Map<Id, number>();
  readonly followers = new Set<Id>();
  readonly friends = new Set<Id>();
  /** Audiences that this region's follower has; of what is not here, everybody. */
  readonly audiences = new Map<Id, Audience>();
  /** Posts that this region's follower does not have any more. */
  readonly gone = new Set<Id>();
  /** Whose feed shows nothing new, such as one who muted the author. */
  readonly unmoved = new Set<Id>();
  /** What posts repost. */
  readonly originals = new Map<Id, Original>();
  isAway = false;
  asked = 0;
  askedWithin = 0;
  /** Holds answers back until it is called. */
  release: (() => void) | null = null;
  holds = false;

  async reach({ post, isNamed }: Spreading, viewers: readonly Id[], audienceOf: AudienceOf) {
    if (this.isAway) return away;
    const isFor = (viewer: Id) => isNamed || (this.followers.has(viewer) && !this.gone.has(post));
    const reached = viewers.filter(
      (viewer) =>
        isFor(viewer) && this.#isIn(audienceOf(post), viewer) && !this.unmoved.has(viewer),
    );
    const original = this.originals.get(post) ?? null;
    if (this.holds) await new Promise<void>((resolve) => (this.release = resolve));
    return ok({ viewers: new Set(reached), original });
  }

  async within(post: Id, audience: Audience, viewers: readonly Id[]) {
    this.askedWithin++;
    if (this.isAway) return away;
    const kept = viewers.filter(
      (viewer) => this.#isIn(audience, viewer) && this.isFor(post, viewer),
    );
    if (this.holds) await new Promise<void>((resolve) => (this.release = resolve));
    return ok(new Set(kept));
  }

  isFor = (post: Id, viewer: Id): boolean => this.#isIn(this.audiences.get(post), viewer);

  #isIn(audience: Audience | null | undefined, viewer: Id): boolean {
    if (audience === "followers") return this.followers.has(viewer);
    if (audience === "friends") return this.friends.has(viewer);
    return audience !== "only_me";
  }

  async visible(wanted: ReadonlyMap<Id, ReadonlySet<Id>>, audienceOf: AudienceOf) {
    this.asked++;
    if (this.isAway) return away;
    const answer = new Map(
      [...wanted].map(
        ([viewer, posts]) => [viewer, this.#seen(viewer, posts, audienceOf)] as const,
      ),
    );
    if (this.holds) await new Promise<void>((resolve) => (this.release = resolve));
    return ok(answer);
  }

  #seen(viewer: Id, posts: ReadonlySet<Id>, audienceOf: AudienceOf): ReadonlyMap<Id, SeenPost> {
    const isIn = (post: Id | undefined) =>
      post === undefined || (this.#isIn(audienceOf(post), viewer) && this.isFor(post, viewer));
    const visible = [...posts].filter(
      (post) =>
        !this.hidden.has(`${viewer} ${post}`) && isIn(post) && isIn(this.originals.get(post)?.post),
    );
    return new Map(
      visible.map((post) => {
        const counts = { reactions: this.counts.get(post) ?? 0, comments: 0, reposts: 0 };
        return [post, { author: AUTHOR, counts, original: this.originals.get(post) ?? null }];
      }),
    );
  }
}

const away = err({ code: "unavailable", dependency: "follower", retryAfterMs: 1 } as const);

/** A switchboard over a store that outlives it, and a clock that moves when it is told to. */
export class RealtimeWorld {
  readonly clock = new ManualClock(1_000_000);
  readonly store = new MemoryStreams();
  readonly graph = new TestGraph();
  readonly reports: string[] = [];
  board: Switchboard;
  sweepMs: number | null = null;
  #timersMs: number[] = [];
  #lives = 0;

  constructor() {
    this.board = this.#start();
  }

  /** Lets time pass, with the calls that were asked for. */
  pass(ms: number): void {
    const untilMs = this.clock.nowMs() + ms;
    for (;;) {
      const [nextMs = Infinity] = this.#timersMs.toSorted((a, b) => a - b);
      if (nextMs > untilMs) break;
      this.#timersMs.splice(this.#timersMs.indexOf(nextMs), 1);
      this.clock.advance(Math.max(0, nextMs - this.clock.nowMs()));
      this.board.flush();
    }
    this.clock.advance(untilMs - this.clock.nowMs());
  }

  /** The object's memory goes; its store stays, and so do the lines that are handed over. */
  lose(lines: readonly TestLine[]): void {
    this.#timersMs = [];
    this.board = this.#start();
    for (const line of lines) if (line.kept !== null) this.board.restore(line, line.kept);
  }

  /** A connection that has begun. */
  join(viewer: Id, place: Place | null = null, untilMs = FOREVER): TestLine {
    const line = new TestLine(viewer, untilMs);
    const refusal = this.board.open(line);
    if (refusal !== null) throw new Error(refusal.reason);
    this.board.begin(line, place);
    return line;
  }

  #start(): Switchboard {
    return new Switchboard({
      clock: this.clock,
      random: { next: () => (++this.#lives % 1_000) / 1_000 },
      store: this.store,
      graph: this.graph,
      flushIn: (ms) => this.#timersMs.push(this.clock.nowMs() + ms),
      sweepAt: (atMs) => (this.sweepMs = Math.min(this.sweepMs ?? Infinity, atMs)),
      report: (event) => this.reports.push(event),
    });
  }
}

/** What a client has made of its messages. */
export class TestClient {
  place: Place | null = null;
  lost = 0;
  newPosts = 0;
  notified = 0;
  readonly hidden = new Set<string>();
  readonly gone = new Set<string>();
  readonly counts = new Map<string, number>();
  /** Numbers that it was given or told to do without. */
  readonly covered: number[] = [];

  take(message: ServerMessage): void {
    const before = this.place;
    const followed = follow(before, message);
    this.place = followed.place;
    if (followed.lost) this.lost++;
    switch (message.type) {
      case "new_posts":
        this.newPosts = message.count;
        break;
      case "notifications":
        this.notified++;
        break;
      case "hide_author":
        this.hidden.add(message.user);
        break;
      case "revoke":
        this.gone.add(message.post);
        break;
      case "counts":
        if (message.reactions !== undefined) this.counts.set(message.post, message.reactions);
        break;
      default:
    }
  }
}
