import { setTimeout as delay } from "node:timers/promises";

import type { Region } from "../../core/regions/regions.ts";
import type { SeededRandom } from "../../sim/random.ts";
import type { Downtime } from "./downtime.ts";
import type { Findings } from "./findings.ts";
import type { Lags } from "./lags.ts";
import type { Locks } from "./locks.ts";
import type { Model, ModelPost } from "./model.ts";
import type { Operation } from "./operations.ts";
import { isSource, ruleOn } from "./oracle.ts";
import type { People } from "./people.ts";
import type { RevocationKind } from "./revocations.ts";
import { Screen } from "./screen.ts";
import type { ShownPost } from "./watch.ts";

/** What is about to be taken from somebody, on whose page it is. */
interface Target {
  readonly kind: RevocationKind;
  readonly viewer: string;
  readonly post: ModelPost;
}

/** One way to the post. */
interface Layer {
  readonly name: string;
  readonly isShown: () => Promise<boolean>;
}

/** An operation that is watched: what it takes away was shown a moment ago. */
export interface Probe {
  readonly people: readonly string[];
  /** Resolves when every layer has let go, or the bound is long over. */
  watch(ackedMs: number): Promise<void>;
  close(): void;
}

export interface ProbePorts {
  readonly model: Model;
  readonly people: People;
  readonly locks: Locks;
  readonly random: SeededRandom;
  readonly downtime: Downtime;
  readonly findings: Findings;
  /** From the acknowledgement to the first answer of those that show it no more. */
  readonly gone: Lags;
  readonly boundMs: number;
}

const POLL_MS = 50;
/** So long it must stay away. */
const QUIET_MS = 500;
const PAGE = 20;

/** Follows what a revocation takes away through every layer that showed it. */
export class Probes {
  readonly #ports: ProbePorts;

  constructor(ports: ProbePorts) {
    this.#ports = ports;
  }

  /** @returns null when nothing on a page of anybody near is about to go. */
  async prepare(operation: Operation): Promise<Probe | null> {
    const kind = KINDS[operation.kind];
    if (kind === undefined) return null;
    const viewer = this.#viewerOf(operation, kind);
    if (viewer === null) return null;
    const isHeld = kind === "delete" || kind === "audience";
    if (isHeld && !this.#ports.locks.take([viewer])) return null;
    const people = isHeld ? [viewer] : [];
    const target = await this.#targetOf(operation, kind, viewer);
    const layers = target === null ? [] : await this.#shownIn(target);
    if (target === null || layers.length === 0) {
      this.#ports.locks.free(people, Date.now());
      return null;
    }
    const screen = await this.#screenWith(target);
    return {
      people,
      watch: async (ackedMs) => {
        await Promise.all([
          ...layers.map((layer) => this.#follow(target, layer, ackedMs)),
          screen === null ? null : this.#look(target, screen, ackedMs),
        ]);
      },
      close: () => screen?.close(),
    };
  }

  /** Whose page it is. */
  #viewerOf(operation: Operation, kind: RevocationKind): string | null {
    const { model, random } = this.#ports;
    if ("whom" in operation)
      return kind === "unfollow" || kind === "mute" ? operation.by : operation.whom;
    const { by } = operation;
    const near = [...model.to("follow", by), ...model.to("friend", by)];
    return near.length === 0 ? null : random.pick(near);
  }

  async #targetOf(
    operation: Operation,
    kind: RevocationKind,
    viewer: string,
  ): Promise<Target | null> {
    const { model, random } = this.#ports;
    // The second answer comes from the cache.
    await this.#feed(viewer);
    const shown = (await this.#feed(viewer)).flatMap(({ id }) => model.posts.get(id) ?? []);
    const going = shown.filter((post) => goesWith(model, operation, viewer, post));
    return going.length === 0 ? null : { kind, viewer, post: random.pick(going) };
  }

  async #shownIn(target: Target): Promise<readonly Layer[]> {
    const all = this.#layersOf(target);
    const shown = await Promise.all(all.map(({ isShown }) => isShown()));
    return all.filter((_, index) => shown[index] === true);
  }

  #layersOf({ kind, viewer, post }: Target): readonly Layer[] {
    const { people } = this.#ports;
    const { id, author, timeMs, audience } = post;
    const region = people.homeOf(viewer);
    const asked = { region };
    // What is public stays where others share it.
    const isShared = (kind === "unfriend" || kind === "unfollow") && audience === "public";
    const isOk = async (who: string | null, path: string): Promise<boolean> =>
      (await people.read(who, path, asked)).status === 200;
    const feed: Layer = {
      name: "feed",
      isShown: async () => holds(await this.#feed(viewer), id, !isShared),
    };
    const graph: Layer = {
      name: "feed from leaders",
      isShown: async () => holds(await this.#feed(viewer, "leader"), id, !isShared),
    };
    const page: Layer = { name: "post", isShown: () => isOk(viewer, `/v1/posts/${id}`) };
    const posts: Layer = {
      name: "posts of the author",
      isShown: async () => {
        const path = `/v1/users/${author}/posts?limit=${PAGE}`;
        const { status, body } = await people.read<Items>(viewer, path, asked);
        return status === 200 && holds(body.items, id, false);
      },
    };
    const visitor: Layer = {
      name: "post, to a visitor",
      isShown: () => isOk(null, `/v1/posts/${id}`),
    };
    const profile: Layer = { name: "profile", isShown: () => isOk(viewer, `/v1/users/${author}`) };
    const told: Layer = {
      name: "new posts",
      isShown: async () => {
        const path = `/v1/feed/new?since=${timeMs - 1}.0`;
        const { body } = await people.read<{ authors: { id: string }[] }>(viewer, path, asked);
        return body.authors.some((one) => one.id === author);
      },
    };
    switch (kind) {
      case "delete":
      case "audience":
        return [feed, graph, page, posts, ...(audience === "public" ? [visitor] : [])];
      case "block":
        return [feed, graph, page, posts, profile, told];
      case "unfriend":
        return [feed, graph, ...(audience === "friends" ? [page, posts] : [])];
      case "unfollow":
        return [feed, graph, ...(audience === "followers" ? [page, posts] : [])];
      case "mute":
        return [feed, graph, told];
    }
  }

  async #follow({ kind, viewer, post }: Target, layer: Layer, ackedMs: number): Promise<void> {
    const { gone, findings, downtime, boundMs } = this.#ports;
    let goneMs: number | null = null;
    for (;;) {
      const askedMs = Date.now();
      if (!(await layer.isShown())) {
        goneMs ??= askedMs;
        if (askedMs - goneMs >= QUIET_MS) break;
      } else {
        goneMs = null;
        if (downtime.upBetween(ackedMs, askedMs) > boundMs) {
          const lag = downtime.upBetween(ackedMs, askedMs);
          const what = `${layer.name} of ${viewer} still shows ${post.id}`;
          findings.add("leak", `${what}, ${lag} ms after: ${kind}`);
          break;
        }
      }
      await delay(POLL_MS);
    }
    gone.add(`${kind}, ${layer.name}`, downtime.upBetween(ackedMs, goneMs ?? Date.now()));
  }

  async #screenWith({ viewer, post }: Target): Promise<Screen | null> {
    const { people } = this.#ports;
    const shown = { post: post.id, author: post.author };
    return Screen.open(people.url, await people.token(viewer), shown);
  }

  /** Until the screen is told. */
  async #look({ kind, viewer, post }: Target, screen: Screen, ackedMs: number): Promise<void> {
    const { gone, findings, downtime, boundMs } = this.#ports;
    while (screen.toldMs === null) {
      if (downtime.upBetween(ackedMs, Date.now()) > boundMs) {
        findings.add("screen not told", `${kind}: ${viewer} still has ${post.id} on the screen`);
        return;
      }
      await delay(POLL_MS);
    }
    gone.add(`${kind}, screen`, downtime.upBetween(ackedMs, screen.toldMs));
  }

  async #feed(viewer: string, consistency?: "leader"): Promise<readonly ShownPost[]> {
    const region: Region = this.#ports.people.homeOf(viewer);
    const { body } = await this.#ports.people.read<Items>(
      viewer,
      `/v1/feed?mode=latest&limit=${PAGE}`,
      { region, ...(consistency !== undefined && { consistency }) },
    );
    return body.items;
  }
}

interface Items {
  readonly items: readonly ShownPost[];
}

const KINDS: Partial<Record<Operation["kind"], RevocationKind>> = {
  delete: "delete",
  "set audience": "audience",
  block: "block",
  unfriend: "unfriend",
  unfollow: "unfollow",
  mute: "mute",
};

const holds = (items: readonly ShownPost[], id: string, embedded: boolean): boolean =>
  items.some(
    (item) => item.id === id || (embedded && (item.repostOf?.id === id || item.quoteOf?.id === id)),
  );

/** Whether the operation takes this post, which the viewer may see now, from the viewer. */
function goesWith(model: Model, operation: Operation, viewer: string, post: ModelPost): boolean {
  if (typeof ruleOn(model, viewer, post, "home") === "string") return false;
  if (!isSource(model, viewer, post.author)) return false;
  const { author, audience } = post;
  switch (operation.kind) {
    case "delete":
      return post.id === operation.post;
    case "set audience":
      return (
        post.id === operation.post &&
        typeof ruleOn(model, viewer, { ...post, audience: operation.audience }, "home") === "string"
      );
    case "block":
      return author === operation.by;
    case "mute":
      return author === operation.whom;
    case "unfriend":
      return (
        author === operation.by && (audience === "friends" || !model.has("follow", viewer, author))
      );
    case "unfollow":
      return (
        author === operation.whom &&
        (audience === "followers" || !model.has("friend", viewer, author))
      );
    default:
      return false;
  }
}
