import { cacheReporter } from "../../client/cache-report.ts";
import { type Client, createClient } from "../../client/client.ts";
import { type CacheCounts, type KeptAnswer, L1Cache } from "../../client/l1/l1-cache.ts";
import type { Kind } from "../../client/l1/kinds.ts";
import { requests } from "../../client/requests.ts";
import { memoryStore } from "../../client/storage/memory.ts";
import { cacheKey } from "../../client/transport.ts";
import type { Random } from "../../core/clock.ts";
import type { FeedPage, Post } from "../../core/feed/schemas.ts";
import { LIMITS } from "../../core/limits.ts";
import { addDelta, NO_DELTA } from "../../core/telemetry/cache-tally.ts";
import { chance } from "../../dev/world/random.ts";
import { DAY } from "./day.ts";
import { fetchFrom, type From } from "./http.ts";
import type { Tally } from "./tally.ts";

/** Posts on one page, as the web app asks for them. */
const PAGE = { limit: 20, cursor: undefined } as const;

export interface PersonParts extends From {
  readonly url: string;
  readonly token: string;
  /** Unix ms of the visit before all that is modelled. */
  readonly lastVisitMs: number;
  readonly random: Random;
  readonly tally: Tally;
}

/** One person's browser: the typed client with its cache (L1), and the images that the browser keeps. */
export class Person {
  readonly client: Client;
  readonly #parts: PersonParts;
  readonly #fetch: ReturnType<typeof fetchFrom>;
  readonly #store = memoryStore();
  /** Of each visit: starting the app is a new run of its cache, over what is stored. */
  readonly #runs: L1Cache[] = [];
  readonly #images = new Set<string>();
  #lastFeedMs: number;

  constructor(parts: PersonParts) {
    this.#parts = parts;
    this.#fetch = fetchFrom(parts);
    this.#lastFeedMs = parts.lastVisitMs;
    this.client = createClient({
      baseUrl: parts.url,
      token: () => parts.token,
      fetch: (url, init) => this.#send(url, init),
      cache: () => this.#runs.at(-1) ?? null,
      cacheReport: cacheReporter(
        () => this.#runs.reduce((sum, run) => addDelta(sum, run.totals()), NO_DELTA),
        () => Date.now(),
      ),
    });
  }

  /** The app is opened. The first time there is what the visit before has left, of which only the age matters. */
  async start(): Promise<void> {
    if (this.#runs.length === 0) {
      const atMs = this.#parts.lastVisitMs;
      const kept = { value: null, atMs, usedAtMs: atMs, bytes: 0, expired: false };
      await this.#store.set(cacheKey(requests.feed(PAGE)), kept);
      await this.#store.set("/v1/settings", kept);
    }
    this.#runs.push(new L1Cache({ store: this.#store, nowMs: () => Date.now() }));
  }

  counts(): Readonly<Record<Kind, CacheCounts>>[] {
    return this.#runs.map((run) => run.byKind);
  }

  /** The first page as the app opens: what is kept, and when that is old, the newest in its place. */
  async openFeed(): Promise<FeedPage> {
    let kept: KeptAnswer<unknown> | null = null;
    const onKept = (answer: KeptAnswer<unknown>) => (kept = answer);
    const page: FeedPage | null = await this.client.feed(PAGE, { cache: "kept", onKept });
    // Assigned in a closure, which control flow analysis does not see.
    const answer = kept as KeptAnswer<unknown> | null;
    if (answer === null) return this.#wasRead(page);
    return answer.fresh && page !== null ? page : this.newestPosts();
  }

  newestPosts(): Promise<FeedPage> {
    return this.#readAnew(undefined);
  }

  nextPage(cursor: string): Promise<FeedPage> {
    return this.#readAnew(cursor);
  }

  async #readAnew(cursor: string | undefined): Promise<FeedPage> {
    this.#parts.tally.anew++;
    return this.#wasRead(await this.client.feed({ ...PAGE, cursor }, { cache: "network" }));
  }

  #wasRead(page: FeedPage): FeedPage {
    const nowMs = Date.now();
    const wasHere = nowMs - this.#lastFeedMs < LIMITS.feedActiveMs;
    this.#lastFeedMs = nowMs;
    // A page from the feed cache takes one call, to the bucket; from the graph it takes more.
    this.#parts.tally.feedPage(wasHere, page.calls <= 1);
    return page;
  }

  /** Images of what is on the screen, which the browser has or asks for. */
  async show(posts: readonly Post[]): Promise<void> {
    for (const { author, media, createdAtMs } of posts) {
      // A face is there since its owner joined.
      if (author.avatar !== null) await this.#image(author.avatar, 0);
      for (const { key } of media) await this.#image(key, createdAtMs);
    }
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

  async #send(url: string, init: RequestInit): Promise<Response> {
    const { tally } = this.#parts;
    tally.requests++;
    const answer = await this.#fetch(url, init);
    if (answer.status >= 400)
      tally.failed(`${init.method} ${new URL(url).pathname.split("/")[2]} ${answer.status}`);
    return answer;
  }
}
