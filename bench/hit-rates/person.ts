import { cacheReporter } from "../../client/cache-report.ts";
import { type Client, createClient } from "../../client/client.ts";
import { ApiProblem } from "../../client/problem.ts";
import type { Random } from "../../core/clock.ts";
import type { FeedPage, Media, Post, User } from "../../core/feed/schemas.ts";
import { LIMITS } from "../../core/limits.ts";
import { chance } from "../../dev/world/random.ts";
import { DAY } from "./day.ts";
import { DeviceCache, type Kind } from "./device-cache.ts";
import { fetchFrom, type From } from "./http.ts";
import type { Tally } from "./tally.ts";

const FEED = "/v1/feed?limit=20";
const PAGE = 20;

export interface PersonParts extends From {
  readonly url: string;
  readonly token: string;
  /** Unix ms of the visit before all that is modelled. */
  readonly lastVisitMs: number;
  readonly random: Random;
  readonly tally: Tally;
}

/** One person's browser: the typed client, its cache (L1), and the images that the browser keeps. */
export class Person {
  readonly client: Client;
  readonly device = new DeviceCache(Date.now);
  readonly #parts: PersonParts;
  readonly #fetch: ReturnType<typeof fetchFrom>;
  readonly #images = new Set<string>();
  #lastFeedMs: number;

  constructor(parts: PersonParts) {
    this.#parts = parts;
    this.#fetch = fetchFrom(parts);
    this.#lastFeedMs = parts.lastVisitMs;
    this.client = createClient({
      baseUrl: parts.url,
      token: () => parts.token,
      fetch: async (url, init) => {
        parts.tally.requests++;
        return this.#fetch(url, init);
      },
      cacheReport: cacheReporter(() => this.device.totals(), Date.now),
    });
    this.device.seed(FEED, parts.lastVisitMs);
    this.device.seed("/v1/settings", parts.lastVisitMs);
  }

  /** The first page as the app opens: what is kept, and when that is old, the newest in its place. */
  async openFeed(): Promise<FeedPage> {
    const kept = this.device.look(FEED, "feed");
    // Of a visit before the run only the time is known: then the page is read again.
    if (kept?.state === "hit" && kept.value !== null) return kept.value as FeedPage;
    if (kept?.state === "stale") this.device.missed("feed");
    return this.#firstPage();
  }

  newestPosts(): Promise<FeedPage> {
    this.device.missed("feed");
    return this.#firstPage();
  }

  async nextPage(cursor: string): Promise<FeedPage> {
    this.device.missed("feed");
    return this.#feedPage(cursor);
  }

  async #firstPage(): Promise<FeedPage> {
    const page = await this.#feedPage(undefined);
    this.device.keep(FEED, page, "feed");
    return page;
  }

  async #feedPage(cursor: string | undefined): Promise<FeedPage> {
    const nowMs = Date.now();
    const wasHere = nowMs - this.#lastFeedMs < LIMITS.feedActiveMs;
    this.#lastFeedMs = nowMs;
    const page = await this.client.feed({ limit: PAGE, cursor });
    // A page from the feed cache takes one call, to the bucket; from the graph it takes more.
    this.#parts.tally.feedPage(wasHere, page.calls <= 1);
    return page;
  }

  /** Stale-while-revalidate: whoever reads waits for the network only when nothing is kept. */
  async read(key: string, kind: Kind, ask: () => Promise<unknown>): Promise<void> {
    if (this.device.look(key, kind)?.state === "hit") return;
    try {
      this.device.keep(key, await ask(), kind);
    } catch (error) {
      // Deleted, or no longer for this reader: a person sees that it is gone.
      if (!(error instanceof ApiProblem) || error.status !== 404) throw error;
    }
  }

  /** Images of what is on the screen, which the browser has or asks for. */
  async show(posts: readonly Post[]): Promise<void> {
    const keys = posts.flatMap((post) => [
      ...faceOf(post.author),
      ...post.media.map((media) => ({ key: media.key, sinceMs: post.createdAtMs })),
    ]);
    for (const { key, sinceMs } of keys) await this.#image(key, sinceMs);
  }

  async #image(key: string, sinceMs: number): Promise<void> {
    if (this.#images.has(key)) return;
    this.#images.add(key);
    const { lastVisitMs, random, url, tally } = this.#parts;
    if (sinceMs < lastVisitMs && chance(random, DAY.browserKeeps.value)) return;
    tally.images++;
    const answer = await this.#fetch(`${url}/media/${key}`);
    if (answer.status !== 200) tally.failed(`image ${answer.status}`);
  }
}

/** There since its owner joined. */
const faceOf = ({ avatar }: User): { readonly key: Media["key"]; readonly sinceMs: number }[] =>
  avatar === null ? [] : [{ key: avatar, sinceMs: 0 }];
