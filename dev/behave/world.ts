import { followEdge, friendEdge, postWrites, userWrites } from "../../core/feed/writes.ts";
import { formatId, type Id, logicalShard, LOGICAL_SHARDS, shardOf } from "../../core/ids.ts";
import type { ShardMap } from "../../core/tao/shard-map.ts";
import {
  drawPeople,
  type Person,
  type Tie,
  TOPICS,
} from "../../gpu-ranker/train/behaviour/people.ts";
import { drawPost, type Post } from "../../gpu-ranker/train/behaviour/posts.ts";
import { seeded } from "../../gpu-ranker/train/random.ts";
import type { OperatorApi } from "../operator/api.ts";
import { type Unit, writeUnits } from "../operator/batches.ts";
import { mediaOfScene, PAINTER, SCENE_COUNT } from "../world/media-pool.ts";
import { hash } from "../world/random.ts";

const HOUR_MS = 3_600_000;
/** Older posts are no candidates of a ranked feed. */
const WINDOW_HOURS = 48;
const JOINED_MS = 30 * 24 * HOUR_MS;
/** Shared by all posts, as the demo world shares its own. */
const PICTURES = 6;

/** Whom they follow changes as they use the product. */
export type BehavingPerson = Omit<Person, "ties"> & { readonly ties: Map<number, Tie> };

/** People in a running product, and what only their maker knows of them. */
export interface BehavingWorld {
  readonly people: readonly BehavingPerson[];
  /** Of each person, decimal text. */
  readonly ids: readonly string[];
  /** What is true of each post, by its id in the product. */
  readonly posts: Map<string, Post>;
  readonly pictures: readonly string[];
}

/** Topic first, since it is told by the first hashtag; then as many characters as were drawn. */
export function textOf({ topic, textChars, asks }: Post, n: number): string {
  const tag = `#${TOPICS[topic]?.name ?? "life"} `;
  const end = asks ? " What do you think?" : "";
  const words = `About ${TOPICS[topic]?.name}, number ${n}. `.repeat(Math.ceil(textChars / 20));
  return `${tag}${words}`.slice(0, Math.max(tag.length + 10, textChars - end.length)) + end;
}

/**
 * Draws people, their ties and two days of their posts, and writes them into a running product.
 * @throws OperatorError
 */
export async function loadBehavingWorld(
  api: OperatorApi,
  map: ShardMap,
  options: { readonly seed: number; readonly people: number; readonly nowMs: number },
): Promise<BehavingWorld> {
  const { seed, nowMs } = options;
  const people = drawPeople(seed, options.people).map((person) => ({
    ...person,
    ties: new Map(person.ties),
  }));
  const pictures = await Promise.all(
    Array.from({ length: Math.min(PICTURES, SCENE_COUNT) }, (_, n) =>
      api.upload(PAINTER.scene(seed, n * 7).png),
    ),
  );
  const createdAtMs = nowMs - JOINED_MS;
  const users = people.map((_, at): Unit => {
    const home = logicalShard(hash(seed, "home", at) % LOGICAL_SHARDS);
    const user = {
      handle: `person${at}`,
      name: `Person ${at}`,
      bio: "",
      avatar: null,
      createdAtMs,
    };
    return { home, writes: () => userWrites(home, user) };
  });
  const ids = await writeUnits(api, map, users, "behave:users");
  const idOf = (at: number): Id => {
    const id = ids[at];
    if (id === undefined) throw new RangeError(`no person ${at}`);
    return id;
  };
  const ties = people.flatMap(({ ties: own }, at) =>
    [...own].flatMap(([other, { kind }]): Unit[] => {
      if (kind === "friend" && other < at) return [];
      const edge =
        kind === "friend"
          ? friendEdge(idOf(at), idOf(other), createdAtMs)
          : followEdge(idOf(at), idOf(other), createdAtMs);
      return [
        {
          home: shardOf(
            kind === "friend" ? (idOf(at) < idOf(other) ? idOf(at) : idOf(other)) : idOf(at),
          ),
          writes: () => [edge],
        },
      ];
    }),
  );
  await writeUnits(api, map, ties, "behave:ties");

  const random = seeded(seed, "written");
  const written = people
    .flatMap((person, at) => {
      const count = Math.floor((person.postsPerDay * WINDOW_HOURS) / 24 + random.next());
      return Array.from({ length: count }, (_, n) => {
        const atMs = Math.floor(nowMs - random.next() * WINDOW_HOURS * HOUR_MS);
        return { ...drawPost(random, n, at, person, atMs), isRepost: false, isQuote: false };
      });
    })
    .toSorted((a, b) => a.createdAtMs - b.createdAtMs);
  const units = written.map((post, n): Unit => {
    const author = idOf(post.author);
    const media = mediaOf(post, n, pictures);
    const fields = {
      author,
      text: textOf(post, n),
      audience: "public",
      media,
      createdAtMs: post.createdAtMs,
    } as const;
    return { home: shardOf(author), writes: (place) => postWrites(fields, place) };
  });
  const postIds = await writeUnits(api, map, units, "behave:posts");
  const posts = new Map(
    written.flatMap((post, n): [string, Post][] => {
      const id = postIds[n];
      return id === undefined ? [] : [[formatId(id), post]];
    }),
  );
  return { people, ids: ids.map(formatId), posts, pictures };
}

export const mediaOf = ({ media }: Post, n: number, pictures: readonly string[]) =>
  Array.from({ length: Math.min(media, pictures.length) }, (_, place) =>
    mediaOfScene(pictures[(n + place) % pictures.length] ?? "", "a drawing"),
  );
