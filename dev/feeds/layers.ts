import type { Model, ModelPost } from "./model.ts";
import type { Operation } from "./operations.ts";
import { isSource, ruleOn } from "./oracle.ts";
import type { People } from "./people.ts";
import type { RevocationKind } from "./revocations.ts";
import { holds, type ShownPost } from "./watch.ts";

/** What is about to be taken from somebody, on whose page it is. */
export interface Target {
  readonly kind: RevocationKind;
  readonly viewer: string;
  readonly post: ModelPost;
}

/** One way to the post. */
export interface Layer {
  readonly name: string;
  readonly isShown: () => Promise<boolean>;
}

interface Items {
  readonly items: readonly ShownPost[];
}

const PAGE = 20;

/** It only leaves the feed: whoever looks for it finds it, and others may share it. */
export const staysPublic = ({ kind, post }: Target): boolean =>
  (kind === "unfriend" || kind === "unfollow") && post.audience === "public";

export async function feedOf(
  people: People,
  viewer: string,
  consistency?: "leader",
): Promise<readonly ShownPost[]> {
  const region = people.homeOf(viewer);
  const path = `/v1/feed?mode=latest&limit=${PAGE}`;
  const asking = { region, ...(consistency !== undefined && { consistency }) };
  return (await people.read<Items>(viewer, path, asking)).body.items;
}

/** Every way in which the server shows it to the viewer, or to a visitor. */
export function layersOf(people: People, target: Target): readonly Layer[] {
  const { kind, viewer, post } = target;
  const { id, author, timeMs, audience } = post;
  const asked = { region: people.homeOf(viewer) };
  const embedded = !staysPublic(target);
  const isOk = async (who: string | null, path: string): Promise<boolean> =>
    (await people.read(who, path, asked)).status === 200;
  const feed: Layer = {
    name: "feed",
    isShown: async () => holds(await feedOf(people, viewer), id, embedded),
  };
  const graph: Layer = {
    name: "feed from leaders",
    isShown: async () => holds(await feedOf(people, viewer, "leader"), id, embedded),
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

/** Whether the operation takes this post, which the viewer may see now, from the viewer. */
export function goesWith(
  model: Model,
  operation: Operation,
  viewer: string,
  post: ModelPost,
): boolean {
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
