import type { Cell, PushedPost } from "../../core/feed/cache/port.ts";
import type { CellContent, EntryRecord } from "../../core/feed/cache/record.ts";
import { NO_CONTEXT } from "../../core/feed/ranked/context.ts";
import { VISITOR, type Standing } from "../../core/feed/standing.ts";
import { storedPost, userView } from "../../core/feed/views.ts";
import type { Id } from "../../core/ids.ts";

const NONE = { reactions: 0, comments: 0, reposts: 0 };

export const id = (n: number | bigint): Id => BigInt(n) as Id;

export interface PostSpec {
  readonly id: Id;
  readonly author: Id;
  readonly timeMs: number;
  readonly audience?: "public" | "followers" | "friends" | "only_me";
  readonly repostOf?: Id;
  readonly quoteOf?: Id;
}

/** A post with its author as an event brings it. */
export const cellOf = (post: PostSpec): Cell => ({
  id: post.id,
  author: post.author,
  post: JSON.stringify({
    authorId: String(post.author),
    text: `post ${post.id}`,
    audience: post.audience ?? "public",
    media: [],
    createdAtMs: post.timeMs,
    ...(post.repostOf !== undefined && { repostOf: String(post.repostOf) }),
    ...(post.quoteOf !== undefined && { quoteOf: String(post.quoteOf) }),
  }),
  user: JSON.stringify({
    handle: `user_${post.author}`,
    name: `User ${post.author}`,
    bio: "",
    avatar: null,
    createdAtMs: 1,
  }),
  ...NONE,
});

export const pushedOf = (post: PostSpec, original: PostSpec | null = null): PushedPost => ({
  cell: cellOf(post),
  timeMs: post.timeMs,
  original: original && cellOf(original),
});

/** The same as a build reads it. */
export const contentOf = (post: PostSpec, counts: CellContent["post"]["counts"] = NONE) => {
  const { id: key, author, post: json, user } = cellOf(post);
  return { post: storedPost(key, json, counts), user: userView(author, user) };
};

export const standingFor = (viewer: Id, relations: Partial<Standing> = {}): Standing => ({
  ...VISITOR,
  viewer,
  ...relations,
});

/** An entry with these posts, newest first, each with what it embeds. */
export function recordOf(
  fields: Pick<EntryRecord, "viewer" | "builtMs" | "standing"> & Partial<EntryRecord>,
  posts: readonly (readonly [PostSpec, PostSpec | null])[],
): EntryRecord {
  const contents = posts.flatMap((chain) => chain.flatMap((post) => post ?? []));
  return {
    since: null,
    wrote: new Map(),
    upTo: null,
    ticket: "a ticket",
    feedMode: "latest",
    reactions: { kinds: new Map(), completeAfterMs: -Infinity },
    ranking: NO_CONTEXT,
    scores: null,
    slots: posts.map(([post]) => ({
      at: { timeMs: post.timeMs, id2: post.id },
      original: post.repostOf ?? post.quoteOf ?? null,
      rule: null,
    })),
    floor: null,
    cells: new Map(contents.map((post) => [post.id, contentOf(post)])),
    ...fields,
  };
}
