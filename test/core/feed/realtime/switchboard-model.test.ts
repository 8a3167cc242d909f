import fc from "fast-check";
import { it } from "vitest";

import { QuietBuckets } from "../../../../core/feed/realtime/quiet-buckets.ts";
import type { SocketEvent } from "../../../../core/feed/realtime/port.ts";
import { formatId, type Id } from "../../../../core/ids.ts";
import { LIMITS } from "../../../../core/limits.ts";
import { AUDIENCES } from "../../../../core/tao/registry.ts";
import { RealtimeWorld, TestClient, type TestLine } from "../../../fakes/realtime-world.ts";
import { type Act, act } from "./acts.ts";

const VIEWERS = [1n, 2n, 3n] as Id[];
const DEVICES = 2;
const POSTS = [50n, 51n, 52n] as Id[];

/** The first is a friend, the first two are followers. */
function worldOf(viewers: readonly Id[]): RealtimeWorld {
  const world = new RealtimeWorld();
  for (const viewer of viewers.slice(0, 1)) world.graph.friends.add(viewer);
  for (const viewer of viewers.slice(0, 2)) world.graph.followers.add(viewer);
  return world;
}

interface Device {
  readonly viewer: Id;
  readonly client: TestClient;
  line: TestLine | null;
  read: number;
}

/** What each device must have ended with, unless it was told that something is missing. */
interface Truth {
  notified: boolean;
  /** Something was not told at all. */
  missed: boolean;
  readonly hidden: Set<string>;
}

class Model {
  readonly world = worldOf(VIEWERS);
  readonly devices: Device[] = VIEWERS.flatMap((viewer) =>
    Array.from({ length: DEVICES }, () => ({
      viewer,
      client: new TestClient(),
      line: null,
      read: 0,
    })),
  );
  readonly truths = new Map<Device, Truth>();
  readonly fresh = new Map<Id, Set<Id>>(VIEWERS.map((viewer) => [viewer, new Set()]));
  /** May count or not: told before the reader came or caught up, and again after it. */
  readonly maybe = new Map<Id, Set<Id>>(VIEWERS.map((viewer) => [viewer, new Set()]));
  /** Caught up with in a tick whose memory may yet be lost. */
  readonly unsure = new Map<Id, Set<Id>>(VIEWERS.map((viewer) => [viewer, new Set()]));
  readonly counts = new Map<Id, number>();
  readonly revoked = new Set<Id>();
  #posts = 100n;
  #narrowed = 0;
  /** Told and not acknowledged: fan-out tells them again. */
  #unanswered: SocketEvent[] = [];
  readonly #buckets = new QuietBuckets();
  readonly #lives = new Map<Id, string>();
  readonly #seen = new Set<SocketEvent>();

  async run(one: Act): Promise<void> {
    switch (one.do) {
      case "post": {
        const post = this.#posts++ as Id;
        const viewers = VIEWERS.slice(0, one.who + 1);
        const author = (one.n + 10) as unknown as Id;
        const timeMs = this.world.clock.nowMs();
        await this.tell({ kind: "new-post", viewers, author, post, timeMs });
        break;
      }
      case "notify":
        await this.tell({ kind: "notified", viewer: this.#viewer(one.who) });
        break;
      case "hide": {
        const other = BigInt(200 + one.n) as Id;
        await this.tell({ kind: "related", viewer: this.#viewer(one.who), other, hide: true });
        break;
      }
      case "count":
        for (const known of [this.counts, this.world.graph.counts])
          known.set(this.#post(one.post), one.n);
        await this.tell(countOf(this.#post(one.post), one.n));
        break;
      case "revoke":
        this.revoked.add(this.#post(one.post));
        for (const viewer of VIEWERS)
          this.world.graph.hidden.add(`${viewer} ${this.#post(one.post)}`);
        await this.tell({ kind: "revoke", post: this.#post(one.post) });
        break;
      case "narrow": {
        const post = this.#post(one.post);
        const at = { epoch: 1, seq: ++this.#narrowed };
        this.world.graph.audiences.set(post, AUDIENCES[one.n] ?? "public");
        await this.tell({ kind: "revoke", post, audience: one.n, at });
        break;
      }
      case "connect":
        this.#connect(this.#device(one));
        break;
      case "drop":
        this.#drop(this.#device(one));
        break;
      case "caughtUp": {
        const device = this.#device(one);
        if (device.line === null) break;
        this.world.board.hear(device.line, '{"type":"caught_up"}');
        for (const post of this.fresh.get(device.viewer) ?? []) {
          this.unsure.get(device.viewer)?.add(post);
        }
        this.fresh.set(device.viewer, new Set());
        break;
      }
      case "pass":
        await this.#pass(one.ms);
        // As often as a client pings.
        for (const { line } of this.devices)
          if (line !== null) line.pingedMs = this.world.clock.nowMs();
        if (this.world.sweepMs !== null && this.world.sweepMs <= this.world.clock.nowMs()) {
          this.world.sweepMs = null;
          this.world.board.sweep();
        }
        break;
      case "sleep":
        await this.#quiet();
        this.world.lose(this.devices.flatMap(({ line }) => line ?? []));
        break;
      case "crash":
        this.#lose();
        for (const device of this.devices) device.line = null;
        this.world.lose([]);
        await this.#again();
        break;
      case "breakDisk":
        this.#lose();
        this.world.store.isBroken = true;
        await this.tell({ kind: "notified", viewer: this.#viewer(0) });
        this.world.pass(LIMITS.socketTickMs);
        this.world.store.isBroken = false;
        await this.#again();
    }
    this.#read();
  }

  async tell(event: SocketEvent): Promise<void> {
    // As the queue's consumer does: where nobody is, no news is told for as long as the bucket said.
    if (this.#buckets.spares("here", 0, [event], this.world.clock.nowMs()))
      return this.#miss(event);
    this.#unanswered.push(event);
    const answered = async () => {
      const isDone = await this.#told(event);
      if (isDone) this.#unanswered = this.#unanswered.filter((one) => one !== event);
    };
    const answer = answered();
    // Acknowledged or not, what was told has happened; who connects later was not there.
    for (const device of this.devices) {
      const truth = this.truths.get(device);
      if (truth === undefined) continue;
      if (event.kind === "notified" && event.viewer === device.viewer) truth.notified = true;
      if (event.kind === "related" && event.viewer === device.viewer)
        truth.hidden.add(formatId(event.other));
    }
    if (event.kind === "new-post")
      for (const viewer of event.viewers)
        if (this.devices.some((device) => device.viewer === viewer && this.truths.has(device)))
          (this.#seen.has(event) ? this.maybe : this.fresh).get(viewer)?.add(event.post);
    this.#seen.add(event);
    await Promise.race([answer, settle()]);
  }

  /** Whoever is here by now must be told that something is missing. */
  #miss(event: SocketEvent): void {
    const named = "viewers" in event ? event.viewers : "viewer" in event ? [event.viewer] : [];
    for (const [device, truth] of this.truths)
      if (named.includes(device.viewer)) truth.missed = true;
    if (event.kind === "new-post")
      for (const viewer of event.viewers) this.maybe.get(viewer)?.add(event.post);
  }

  async #told(event: SocketEvent): Promise<boolean> {
    const askedMs = this.world.clock.nowMs();
    const told = await this.world.board.tell([event]);
    if (told.ok) this.#buckets.learn("here", 0, askedMs, told.value.quietMs);
    return told.ok;
  }

  /** Everybody comes back and everything that was told is heard. */
  async end(): Promise<void> {
    for (const device of this.devices) if (this.truths.has(device)) this.#connect(device);
    await this.#pass(LIMITS.socketQuietMs + LIMITS.socketQuietSkewMs);
    await this.#quiet();
    this.#read();
  }

  #lose(): void {
    for (const [viewer, posts] of this.unsure)
      for (const post of posts) this.maybe.get(viewer)?.add(post);
  }

  async #pass(ms: number): Promise<void> {
    this.world.pass(ms);
    await settle();
    // Everything that was told is stored, and so is who caught up.
    if (ms > LIMITS.socketTickMs) for (const posts of this.unsure.values()) posts.clear();
  }

  async #again(): Promise<void> {
    for (const event of this.#unanswered.splice(0)) await this.tell(event);
  }

  /** Until nothing is under way. */
  async #quiet(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      await settle();
      await this.#pass(LIMITS.socketCountsEveryMs);
    }
    this.#read();
  }

  #connect(device: Device): void {
    this.#drop(device);
    const { client, viewer } = device;
    device.line = this.world.join(viewer, client.place);
    device.read = 0;
    // A viewer who was forgotten begins with nothing new, on whatever device.
    const life = device.line.of("hello")[0]?.life ?? "";
    if (this.#lives.get(viewer) !== life) this.fresh.set(viewer, new Set());
    this.#lives.set(viewer, life);
    if (!this.truths.has(device))
      this.truths.set(device, { notified: false, missed: false, hidden: new Set() });
    this.world.board.watch(device.line, POSTS);
  }

  #drop(device: Device): void {
    if (device.line === null) return;
    this.#read();
    this.world.board.closed(device.line);
    device.line = null;
  }

  #read(): void {
    for (const device of this.devices) {
      if (device.line === null) continue;
      for (const message of device.line.messages.slice(device.read)) device.client.take(message);
      device.read = device.line.messages.length;
    }
  }

  #viewer = (index: number): Id => VIEWERS[index] ?? (1n as Id);
  #post = (index: number): Id => POSTS[index] ?? (50n as Id);
  #device = ({ who: index, n }: { who: number; n: number }): Device =>
    this.devices[index * DEVICES + (n % DEVICES)] as Device;
}

const countOf = (post: Id, count: number): SocketEvent => ({
  kind: "counts",
  post,
  of: "reactions",
  count,
});
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

it(
  "tells every client everything, or that something is missing",
  { timeout: 120_000 },
  async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const model = new Model();
        for (const one of acts) await model.run(one);
        await model.end();
        for (const [{ client, viewer, line }, truth] of model.truths) {
          expect(line?.closedWith).toBeNull();
          // What is on the screen is right whatever was missed: watching again says how it is now.
          for (const post of POSTS) {
            if (model.revoked.has(post) || !model.world.graph.isFor(post, viewer))
              expect(client.gone).toContain(formatId(post));
            else expect(client.counts.get(formatId(post))).toBe(model.counts.get(post) ?? 0);
          }
          if (client.lost > 0) continue;
          expect(truth.missed, "was told of no gap").toBe(false);
          const fresh = model.fresh.get(viewer) ?? new Set();
          const most = new Set([...fresh, ...(model.maybe.get(viewer) ?? [])]).size;
          expect(client.newPosts, "the last count of new posts").toBeGreaterThanOrEqual(fresh.size);
          expect(client.newPosts, "the last count of new posts").toBeLessThanOrEqual(most);
          expect([...truth.hidden].filter((user) => !client.hidden.has(user))).toEqual([]);
          if (truth.notified) expect(client.notified, "a notification").toBeGreaterThan(0);
        }
      }),
      { numRuns: 1_000 },
    );
  },
);
