import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../../sim/random.ts";
import { REGIONS } from "../histories/shape.ts";
import type { Model } from "./model.ts";
import type { People } from "./people.ts";
import type { ShownPost, Watch } from "./watch.ts";

const PAGE = 20;
/** So much of the reading is done at home, where entries then are. */
const AT_HOME = 0.8;
const WAYS = { feed: 12, scrolled: 4, setting: 2, ranked: 1, posts: 2, post: 2 } as const;

export interface FeedAnswer {
  readonly items: readonly ShownPost[];
  readonly cursor: string | null;
  readonly mode: string;
  readonly calls: number;
  readonly ageMs: number;
}

/** One call: the feed cache answered the whole page by itself. */
export const isFromCache = ({ calls }: Pick<FeedAnswer, "calls">): boolean => calls === 1;

export interface ReaderPorts {
  readonly people: People;
  readonly model: Model;
  readonly watch: Watch;
  readonly random: SeededRandom;
  readonly isOver: () => boolean;
}

/** People who read without writing, on other devices than those that write: what they see is judged. */
export class Readers {
  readonly #ports: ReaderPorts;
  pages = 0;
  fromCache = 0;

  constructor(ports: ReaderPorts) {
    this.#ports = ports;
  }

  /** @param pauseMs between two readings of one lane. */
  async run(lanes: number, pauseMs: number): Promise<void> {
    const lane = async () => {
      while (!this.#ports.isOver()) {
        await this.#readOnce();
        await delay(pauseMs);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  async #readOnce(): Promise<void> {
    const { random, model, people } = this.#ports;
    const viewer = random.pick(model.users);
    const region = random.chance(AT_HOME) ? people.homeOf(viewer) : random.pick(REGIONS);
    const way = random.weighted(WAYS);
    if (way === "posts" || way === "post") return this.#direct(viewer, region, way);
    const mode = way === "setting" ? "" : `&mode=${way === "ranked" ? "ranked" : "latest"}`;
    const first = await this.#page(viewer, region, `/v1/feed?limit=${PAGE}${mode}`);
    if (way !== "scrolled" || first === null || first.cursor === null) return;
    const cursor = encodeURIComponent(first.cursor);
    await this.#page(viewer, region, `/v1/feed?limit=${PAGE}${mode}&cursor=${cursor}`);
  }

  async #page(viewer: string, region: string, path: string): Promise<FeedAnswer | null> {
    const { people, watch } = this.#ports;
    const answer = await people.tryRead<FeedAnswer>(viewer, path, { region });
    if (answer?.status !== 200) {
      await delay(100);
      return null;
    }
    const { body, askedMs } = answer;
    const isCached = isFromCache(body);
    this.pages++;
    if (isCached) this.fromCache++;
    const layer = isCached ? "feed, cached" : "feed, from the graph";
    watch.see({ viewer, layer, surface: "home", askedMs, posts: body.items });
    return body;
  }

  /** What somebody wrote, looked at by address: the rules hold there too. */
  async #direct(viewer: string, region: string, way: "posts" | "post"): Promise<void> {
    const { people, random, model, watch } = this.#ports;
    const near = [...model.of("follow", viewer), ...model.of("friend", viewer), viewer];
    const author = random.chance(0.7) ? random.pick(near) : random.pick(model.users);
    const post = model.postsBy(author).at(-1);
    if (way === "post" && post === undefined) return;
    const path = way === "posts" ? `/v1/users/${author}/posts?limit=${PAGE}` : `/v1/posts/${post}`;
    const answer = await people.tryRead<ShownPost & { items?: readonly ShownPost[] }>(
      viewer,
      path,
      { region },
    );
    if (answer?.status !== 200) return;
    const { body, askedMs } = answer;
    watch.see({ viewer, layer: way, surface: "direct", askedMs, posts: body.items ?? [body] });
  }
}
