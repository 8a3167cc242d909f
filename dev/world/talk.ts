import type { Random } from "../../core/clock.ts";
import type { ReactionKind } from "../../core/feed/schemas.ts";
import { topicAt } from "./people.ts";
import { ANSWER_FRAMES, COMMENT_FRAMES, fill } from "./phrases.ts";
import type { PlannedPost, PostContext } from "./posts.ts";
import { between, chance, logNormal, pick, stream, weighted } from "./random.ts";

export interface PlannedReaction {
  readonly user: number;
  readonly kind: ReactionKind;
  readonly atMs: number;
}

export interface PlannedComment {
  readonly author: number;
  readonly text: string;
  readonly atMs: number;
  /** Place of the comment it answers, in the same list. */
  readonly replyTo: number | null;
  readonly reactions: readonly PlannedReaction[];
}

const MINUTE_MS = 60_000;
const COMMENTS_MAX = 40;
const REACTIONS_MAX = 300;

/** Who may see the post, apart from its author: the rule of the product, on indexes. */
function readers(post: PlannedPost, context: PostContext): Uint32Array {
  const { graph } = context;
  if (post.audience === "only_me") return new Uint32Array();
  if (post.audience === "friends") return graph.friends.of(post.ref.author);
  return graph.followers.of(post.ref.author);
}

/** Within `nowMs`, later than `fromMs` by a log-normal delay. */
const soonAfter = (random: Random, fromMs: number, nowMs: number, meanMinutes: number): number =>
  Math.min(
    nowMs - 1,
    Math.floor(fromMs + 20_000 + logNormal(random, meanMinutes, 1.3) * MINUTE_MS),
  );

const KINDS: readonly ReactionKind[] = ["like", "love", "laugh", "wow", "sad"];

/** Newcomers do not talk before they join. */
const isMember = (user: number, atMs: number, context: PostContext): boolean =>
  (context.people[user]?.createdAtMs ?? atMs) < atMs;

function distinct(random: Random, from: Uint32Array, wanted: number): readonly number[] {
  const chosen = new Set<number>();
  for (let tries = 0; chosen.size < Math.min(wanted, from.length) && tries < wanted * 4; tries++) {
    chosen.add(from[Math.floor(random.next() * from.length)] ?? 0);
  }
  return [...chosen];
}

/** Louder for known authors, pictures and good posts; nobody reacts twice. */
export function reactionsTo(
  post: PlannedPost,
  context: PostContext,
  mean: number,
): readonly PlannedReaction[] {
  if (post.kind === "repost") return [];
  const random = stream(context.spec.seed, "reactions", post.ref.author, post.ref.place);
  const audience = readers(post, context);
  const reach = Math.sqrt((audience.length + 1) / 30);
  const pull = mean * reach * (post.scenes.length > 0 ? 1.5 : 0.85);
  const wanted = Math.min(REACTIONS_MAX, Math.round(logNormal(random, Math.max(0.05, pull), 0.9)));
  const laughs =
    post.text.includes("joke") || topicAt(post.topic).joke.includes(post.text) ? 40 : 6;
  return distinct(random, audience, wanted)
    .map((user) => ({
      user,
      kind: KINDS[weighted(random, [70, 16, laughs, 5, 3])] ?? "like",
      atMs: soonAfter(random, post.atMs, context.spec.nowMs, 240),
    }))
    .filter((reaction) => isMember(reaction.user, reaction.atMs, context));
}

/** The thread under a post, in time order: readers talk to the topic, the author answers. */
export function commentsOn(
  post: PlannedPost,
  context: PostContext,
  mean: number,
): readonly PlannedComment[] {
  if (post.kind === "repost") return [];
  const random = stream(context.spec.seed, "comments", post.ref.author, post.ref.place);
  const audience = readers(post, context);
  const reach = Math.sqrt((audience.length + 1) / 30) * (post.text.includes("?") ? 2 : 1);
  const wanted = Math.min(
    COMMENTS_MAX,
    Math.floor(logNormal(random, Math.max(0.05, mean * reach), 1)),
  );
  const topic = topicAt(post.topic);
  const said = new Set<string>();
  const thread: PlannedComment[] = [];
  let atMs = post.atMs;
  for (let i = 0; i < wanted && audience.length > 0; i++) {
    atMs = soonAfter(random, atMs, context.spec.nowMs, 70);
    const replyTo =
      thread.length > 0 && chance(random, 0.32) ? between(random, 0, thread.length - 1) : null;
    const parent = replyTo === null ? undefined : thread[replyTo];
    const answers =
      parent !== undefined && parent.author !== post.ref.author && chance(random, 0.7);
    const author = answers
      ? post.ref.author
      : (audience[Math.floor(random.next() * audience.length)] ?? post.ref.author);
    const frame = answers
      ? pick(random, ANSWER_FRAMES)
      : chance(random, 0.6)
        ? pick(random, topic.reply)
        : pick(random, COMMENT_FRAMES);
    const text = fill(random, frame, topic, { daypart: "day" });
    // The same sentence twice under one post gives the machine away.
    if (said.has(text) || !isMember(author, atMs, context)) continue;
    said.add(text);
    const likers = distinct(random, audience, Math.floor(logNormal(random, 0.5, 0.9)));
    const saidAtMs = atMs;
    const reactions = likers
      .map((user) => ({
        user,
        kind: "like" as const,
        atMs: soonAfter(random, saidAtMs, context.spec.nowMs, 90),
      }))
      .filter((reaction) => isMember(reaction.user, reaction.atMs, context));
    thread.push({ author, text, atMs, replyTo, reactions });
  }
  return thread;
}
