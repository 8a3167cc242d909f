import type { Failure } from "../errors.ts";
import type { RankingReport } from "../ranking/stats-schemas.ts";
import type { Region } from "../regions/regions.ts";
import type { Shard, ShardList } from "../regions/shard-admin.ts";
import type { Priority } from "../resilience/priority.ts";
import type { Result } from "../result.ts";
import type { NewRollout, RolloutAction, RolloutList, RolloutView } from "../rollout/rollout.ts";
import type { Operator } from "../rollout/service.ts";
import type { Consistency } from "../tao/service.ts";
import type { CacheReport } from "../telemetry/cache-layers.ts";
import type { TraceContext } from "../telemetry/trace.ts";
import type { FeedEvents, FeedEventsTaken } from "./explain/event-schemas.ts";
import type { FeedbackState, SeenRange, SeenState, Why, WhyNot } from "./explain/schemas.ts";
import type { NotificationPage } from "./notifications/schemas.ts";
import type {
  DeadLetterList,
  FanoutPost,
  FanoutReport,
  ReplayOf,
  Replayed,
} from "./fanout/admin.ts";
import type {
  Audience,
  Comment,
  CommentPage,
  NewComment,
  NewPost,
  NewPosts,
  NewUser,
  Post,
  Profile,
  ReactionKind,
  ReactionPage,
  Settings,
  User,
  UserPage,
  UserPatch,
} from "./schemas.ts";

/** What every call carries. Ids are decimal text: they come from URLs and tokens. */
export interface CallContext {
  /** Who asks; null for a visitor who is not signed in. */
  readonly viewer: string | null;
  /** Where the request entered: followers of this region answer. */
  readonly region: Region;
  /** The client's ticket, if it sent one, or several with commas between: reads are at least this fresh. */
  readonly ticket: string | null;
  /** How fresh reads must be, where the use-case does not know better. */
  readonly consistency: Consistency;
  /** Rather an answer that may be too old, marked, than none. */
  readonly allowStale: boolean;
  /** Idempotency-Key of a write, already bounded; null when none was sent. */
  readonly idempotencyKey: string | null;
  /** Unix time, milliseconds, after which the caller has stopped listening. */
  readonly deadlineMs: number;
  /** Of a sampled request; others have none. */
  readonly trace?: TraceContext;
  /** What it is given up for; absent: somebody waits for it. */
  readonly priority?: Priority;
}

/** An answer and the ticket that includes it. */
export interface Answer<T> {
  readonly value: T;
  readonly ticket: string;
  /** How long ago, ms, the oldest part was known to be true; null while within the promised bound. */
  readonly staleMs: number | null;
  /** Where the time went, as Server-Timing has it; left out where nobody was waited for. */
  readonly timing?: string;
}

export type Reply<T> = Promise<Result<Answer<T>, Failure>>;

export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface FeedRequest extends PageRequest {
  /** undefined: the viewer's setting. */
  readonly mode: "latest" | "ranked" | undefined;
}

/** A page that is already JSON text (`FeedPage`, `PostPage`): it crosses the hop as a string. */
export type PageText = string;

export type UserList = "followers" | "following" | "friends";
export type OwnList = "blocks" | "mutes" | "friend-requests";
export type Relation = "follow" | "friend" | "block" | "mute";
export type Reactable = "post" | "comment";

/**
 * RPC contract of workers/feed: every use-case of the public API. A call that needs a
 * viewer answers `unauthenticated` without one. Anything hidden from the viewer
 * (deleted, audience, blocks) answers `not_found`, exactly like what never existed.
 */
export interface FeedService {
  home(ctx: CallContext, request: FeedRequest): Reply<PageText>;
  /** How much came to the home feed since a place, `timeMs.id`. */
  newPosts(ctx: CallContext, since: string): Reply<NewPosts>;
  /** Posts of one user that the viewer may see, newest first. `user` is an id or handle. */
  profileFeed(ctx: CallContext, user: string, request: PageRequest): Reply<PageText>;

  /** `user` is an id or a handle; "me" is the viewer. */
  profile(ctx: CallContext, user: string): Reply<Profile>;
  userByHandle(ctx: CallContext, handle: string): Reply<User>;
  createUser(ctx: CallContext, user: NewUser): Reply<User>;
  updateUser(ctx: CallContext, patch: UserPatch): Reply<User>;
  /** People to meet: the listed ones that the viewer neither follows nor blocks. */
  suggested(ctx: CallContext, limit: number): Reply<UserPage>;
  users(ctx: CallContext, user: string, list: UserList, page: PageRequest): Reply<UserPage>;
  ownList(ctx: CallContext, list: OwnList, page: PageRequest): Reply<UserPage>;
  /** Turns a relation on; repeating is harmless. `friend` asks, or accepts what was asked. */
  relate(ctx: CallContext, user: string, relation: Relation): Reply<Profile>;
  /** Turns it off; harmless too when there is no such relation, or nobody. */
  unrelate(ctx: CallContext, user: string, relation: Relation): Reply<null>;
  settings(ctx: CallContext): Reply<Settings>;
  updateSettings(ctx: CallContext, settings: Settings): Reply<Settings>;
  /** Before an upload is stored: `rate_limited` when the viewer has uploaded too much of late. */
  noteUpload(ctx: CallContext, bytes: number): Reply<null>;

  createPost(ctx: CallContext, post: NewPost): Reply<Post>;
  post(ctx: CallContext, postId: string): Reply<Post>;
  setAudience(ctx: CallContext, postId: string, audience: Audience): Reply<Post>;
  deletePost(ctx: CallContext, postId: string): Reply<null>;
  comments(ctx: CallContext, postId: string, page: PageRequest): Reply<CommentPage>;
  addComment(ctx: CallContext, postId: string, comment: NewComment): Reply<Comment>;
  deleteComment(ctx: CallContext, commentId: string): Reply<null>;
  /** `kind` null takes the reaction back. */
  react(
    ctx: CallContext,
    on: Reactable,
    id: string,
    kind: ReactionKind | null,
  ): Reply<{ reaction: ReactionKind | null; reactions: number }>;
  reactions(ctx: CallContext, on: Reactable, id: string, page: PageRequest): Reply<ReactionPage>;

  /** What happened to the viewer: see `usecases/notifications.ts`. */
  notifications(ctx: CallContext, page: PageRequest): Reply<NotificationPage>;
  unread(ctx: CallContext): Reply<{ unread: number }>;
  markRead(ctx: CallContext, upToMs: number): Reply<{ unread: number }>;

  /** What explains and steers the viewer's feed: see `usecases/why.ts`, `seen.ts`, `feedback.ts`. */
  why(ctx: CallContext, postId: string): Reply<Why>;
  whyNot(ctx: CallContext, postId: string): Reply<WhyNot>;
  seen(ctx: CallContext): Reply<SeenState>;
  markSeen(ctx: CallContext, ranges: readonly SeenRange[]): Reply<SeenState>;
  noteEvents(ctx: CallContext, events: FeedEvents): Reply<FeedEventsTaken>;
  /** `kind` null takes it back. */
  giveFeedback(
    ctx: CallContext,
    postId: string,
    kind: "more" | "less" | null,
  ): Reply<FeedbackState>;

  /** Operators only (the gateway checks the role): `multiWrite` of `graph-wire.ts`, for loading. */
  graphWrite(ctx: CallContext, body: string): Reply<string>;
  /** Operators only: `multi` of `graph-wire.ts`. */
  graphRead(ctx: CallContext, body: string): Reply<string>;
  /** Operators only: where every shard is led, and how far its log is. */
  shards(ctx: CallContext): Reply<ShardList>;
  /** Operators only: hands a shard over to another region's leader. */
  moveShard(ctx: CallContext, shard: number, to: Region, epoch?: number): Reply<Shard>;
  /** Operators only: how each shard's fan-out is doing, how one post was spread, and what was put aside. */
  fanout(ctx: CallContext): Reply<FanoutReport>;
  fanoutPost(ctx: CallContext, postId: string): Reply<FanoutPost>;
  fanoutDeadLetters(ctx: CallContext): Reply<DeadLetterList>;
  /** Operators only: sends dead letters again. */
  fanoutReplay(ctx: CallContext, wanted: ReplayOf): Reply<Replayed>;
  /** Operators only: how pages are ranked. */
  ranking(ctx: CallContext): Reply<RankingReport>;
  /** Operators only: what every cache layer has answered, by region. */
  caches(ctx: CallContext): Reply<CacheReport>;
  /** Operators only: what is being rolled out; see `core/rollout/`. */
  rollouts(ctx: CallContext): Reply<RolloutList>;
  rollout(ctx: CallContext, id: string): Reply<RolloutView>;
  createRollout(
    ctx: CallContext,
    wanted: NewRollout,
    reason: string,
    by: Operator,
  ): Reply<RolloutView>;
  /** `conflict`, with the current revision, when it has changed since the one that `action` names. */
  actOnRollout(
    ctx: CallContext,
    id: string,
    action: RolloutAction,
    by: Operator,
  ): Reply<RolloutView>;
  /** Counters of leaders and followers, per shard; also wakes lost deliveries (cron). */
  sweep(region: Region): Promise<SweepReport>;
}

export interface SweepReport {
  readonly shards: number;
  readonly intents: number;
  readonly followersBehind: number;
  readonly unreachable: number;
}
