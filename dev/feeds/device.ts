import { setTimeout as delay } from "node:timers/promises";

import { createClient } from "../../client/client.ts";
import { L1Cache } from "../../client/l1/l1-cache.ts";
import { createRealtime, type Realtime, type RealtimeMessage } from "../../client/realtime.ts";
import { requests } from "../../client/requests.ts";
import { memoryStore } from "../../client/storage/memory.ts";
import { cacheKey } from "../../client/transport.ts";
import type { Region } from "../../core/regions/regions.ts";
import { holds, type ShownPost } from "./watch.ts";

const OPEN_MS_MAX = 3_000;
/** From a connection that is open to one whose wish to watch has been looked up. */
const LOOKUP_MS = 250;
const FEED = { mode: "latest", limit: 20 } as const;
const KEY = cacheKey(requests.feed(FEED));

export interface Owner {
  readonly url: string;
  readonly token: string;
  readonly region: Region;
}

export interface Shown {
  readonly post: string;
  readonly author: string;
}

/** A device that keeps the feed it has read, with one of its posts on the screen; connected as the web app is. */
export class Device {
  /** When it was told to take the post away, Unix ms; null: not yet. */
  toldMs: number | null = null;
  readonly #shown: Shown;
  readonly #cache = new L1Cache({ store: memoryStore(), nowMs: () => Date.now() });
  readonly #realtime: Realtime;
  #isOpen = false;
  #withdrawn: Promise<void> = Promise.resolve();

  private constructor({ url, token }: Owner, shown: Shown) {
    this.#shown = shown;
    this.#realtime = createRealtime({
      baseUrl: url,
      token: () => token,
      onMessage: (message) => this.#hear(message),
      // Whoever cannot know what was missed asks for everything again.
      onGap: () => this.#isOpen && this.#take(),
      onState: ({ status }) => {
        if (status === "open") this.#isOpen = true;
      },
    });
    this.#realtime.watch([shown.post]);
  }

  /** Has read the feed, and is not connected. */
  static async withFeed(owner: Owner, shown: Shown): Promise<Device> {
    const device = new Device(owner, shown);
    const { url, token, region } = owner;
    const client = createClient({
      baseUrl: url,
      token: () => token,
      cache: () => device.#cache,
      fetch: (to, init) =>
        fetch(to, { ...init, headers: { ...init.headers, "x-edgewise-region": region } }),
    });
    // Without a feed to keep it is a screen all the same.
    await client.feed(FEED).catch(() => null);
    return device;
  }

  /** @returns whether it is connected. */
  async connect(): Promise<boolean> {
    this.#realtime.start();
    for (let waitedMs = 0; waitedMs < OPEN_MS_MAX && !this.#isOpen; waitedMs += 20) await delay(20);
    return this.#isOpen;
  }

  /** Until what is on the screen has been looked up. */
  async settle(): Promise<void> {
    await delay(LOOKUP_MS);
    this.toldMs = null;
  }

  /** Whether the feed that it keeps would show the post, without a connection too. */
  async isKept(): Promise<boolean> {
    await this.#withdrawn;
    const kept = await this.#cache.peek<{ readonly items: readonly ShownPost[] }>(KEY);
    return kept !== null && holds(kept.value.items, this.#shown.post, true);
  }

  close(): void {
    this.#realtime.stop();
  }

  #hear(message: RealtimeMessage): void {
    const { post, author } = this.#shown;
    if (message.type === "revoke") {
      this.#withdraw({ post: message.post });
      if (message.post === post) this.#take();
    }
    if (message.type === "hide_author") {
      this.#withdraw({ author: message.user });
      if (message.user === author) this.#take();
    }
  }

  #withdraw(gone: Parameters<L1Cache["withdraw"]>[0]): void {
    this.#withdrawn = this.#withdrawn.then(() => this.#cache.withdraw(gone));
  }

  #take(): void {
    this.toldMs ??= Date.now();
  }
}
