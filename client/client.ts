import type {
  Audience,
  Comment,
  CommentPage,
  FeedPage,
  Media,
  NewComment,
  NewPosts,
  Place,
  Post,
  PostPage,
  Profile,
  ReactionKind,
  ReactionPage,
  Session,
  Settings,
  User,
  UserPage,
  UserPatch,
} from "../core/feed/schemas.ts";
import type { NewDrill } from "../core/chaos/fault.ts";
import type { DrillList, DrillStop } from "../core/chaos/service.ts";
import type { RankLog, RankLogSegment } from "../core/ranking/log-schemas.ts";
import type { FeedEvents, FeedEventsTaken } from "../core/feed/explain/event-schemas.ts";
import type {
  FeedbackState,
  SeenRange,
  SeenState,
  Why,
  WhyNot,
} from "../core/feed/explain/schemas.ts";
import type {
  DeadLetterList,
  FanoutPost,
  FanoutReport,
  Replay,
  Replayed,
} from "../core/feed/fanout/admin.ts";
import type { Published } from "../core/degradation/controller.ts";
import type { AlertList, NewAcknowledgement, RegionAlert } from "../core/slo/alert-service.ts";
import type { HistorySeries } from "../core/telemetry/history-series.ts";
import type { LevelList, NewDrain, NewPin } from "../core/degradation/controller-service.ts";
import type { Status } from "../core/degradation/status.ts";
import type { NotificationPage } from "../core/feed/notifications/schemas.ts";
import type { IssuedSocketTicket } from "../core/feed/realtime/schemas.ts";
import type { PollAnswer } from "../core/feed/realtime/service.ts";
import type { Relation, UserList } from "../core/feed/service.ts";
import type { NewLeader, Shard, ShardList } from "../core/regions/shard-admin.ts";
import type {
  RolloutAction,
  RolloutList,
  RolloutView,
  RolloutWish,
} from "../core/rollout/rollout.ts";
import type { GraphWriteAnswer } from "../core/tao/graph-wire.ts";
import type { CacheReport } from "../core/telemetry/cache-layers.ts";
import { type FeedQuery, type Page, type PostDraft, type UserDraft, requests } from "./requests.ts";
import { type ApiRequest, type CallOptions, type ClientOptions, Transport } from "./transport.ts";

export interface PollQuery {
  readonly life?: string;
  readonly after?: number;
  /** Ids with commas between. */
  readonly watch?: string;
  /** Milliseconds. */
  readonly wait?: number;
}
export interface ReactionState {
  readonly reaction: ReactionKind | null;
  readonly reactions: number;
}
export type Client = ReturnType<typeof createClient>;

/** One method per operation of `/openapi.json`, under its operationId. Each throws ApiProblem. */
export function createClient(options: ClientOptions) {
  const transport = new Transport(options);
  const get = <T>(path: string, query: ApiRequest["query"] = {}, call?: CallOptions) =>
    transport.send<T>({ method: "GET", path, query }, call);
  const send = <T>(request: ApiRequest, call?: CallOptions) => transport.send<T>(request, call);
  const relating = (name: Relation) => (user: string, call?: CallOptions) =>
    send<Profile>(requests.relate(user, name, true), call);
  const undoing = (name: Relation) => (user: string, call?: CallOptions) =>
    send<null>(requests.relate(user, name, false), call);
  const users =
    (list: UserList) =>
    (user: string, page: Page = {}, call?: CallOptions) =>
      send<UserPage>(requests.usersOf(user, list, page), call);
  const reactions =
    (on: "posts" | "comments") =>
    (id: string, page: Page = {}, call?: CallOptions) =>
      get<ReactionPage>(`/v1/${on}/${encodeURIComponent(id)}/reactions`, { ...page }, call);

  return {
    signIn: (handle: string, call?: CallOptions) =>
      send<Session>({ method: "POST", path: "/v1/session", json: { handle } }, call),
    session: (call?: CallOptions) => get<Profile>("/v1/session", {}, call),
    demoUsers: (call?: CallOptions) => get<UserPage>("/v1/demo/users", {}, call),

    feed: (query: FeedQuery = {}, call?: CallOptions) => send<FeedPage>(requests.feed(query), call),
    /** What a feed has gained above `since`, its first page's head. */
    newPosts: (since: Place, call?: CallOptions) =>
      get<NewPosts>("/v1/feed/new", { since: `${since.timeMs}.${since.id}` }, call),
    why: (post: string, call?: CallOptions) => get<Why>("/v1/feed/why", { post }, call),
    whyNot: (post: string, call?: CallOptions) => get<WhyNot>("/v1/feed/why-not", { post }, call),
    seen: (call?: CallOptions) => get<SeenState>("/v1/feed/seen", {}, call),
    reportSeen: (ranges: readonly SeenRange[], call?: CallOptions) =>
      send<SeenState>(requests.reportSeen(ranges), call),
    reportEvents: (events: FeedEvents, call?: CallOptions) =>
      send<FeedEventsTaken>(requests.reportEvents(events), call),
    setFeedback: (postId: string, kind: "more" | "less", call?: CallOptions) =>
      send<FeedbackState>(requests.setFeedback(postId, kind), call),
    clearFeedback: (postId: string, call?: CallOptions) =>
      send<FeedbackState>(requests.clearFeedback(postId), call),

    notifications: (page: Page = {}, call?: CallOptions) =>
      send<NotificationPage>(requests.notifications(page), call),
    unread: (call?: CallOptions) =>
      get<{ readonly unread: number }>("/v1/notifications/unread", {}, call),
    markRead: (upToMs: number, call?: CallOptions) =>
      send<{ readonly unread: number }>(requests.markRead(upToMs), call),

    createPost: (post: PostDraft, call?: CallOptions) =>
      send<Post>(requests.createPost(post), call),
    post: (id: string, call?: CallOptions) => send<Post>(requests.post(id), call),
    setAudience: (id: string, audience: Audience, call?: CallOptions) =>
      send<Post>(requests.setAudience(id, audience), call),
    deletePost: (id: string, call?: CallOptions) => send<null>(requests.deletePost(id), call),

    comments: (postId: string, page: Page = {}, call?: CallOptions) =>
      send<CommentPage>(requests.comments(postId, page), call),
    addComment: (postId: string, comment: NewComment, call?: CallOptions) =>
      send<Comment>(requests.addComment(postId, comment), call),
    deleteComment: (id: string, call?: CallOptions) => send<null>(requests.deleteComment(id), call),

    reactToPost: (id: string, kind: ReactionKind, call?: CallOptions) =>
      send<ReactionState>(requests.react("post", id, kind), call),
    unreactToPost: (id: string, call?: CallOptions) =>
      send<ReactionState>(requests.react("post", id, null), call),
    postReactions: reactions("posts"),
    reactToComment: (id: string, kind: ReactionKind, call?: CallOptions) =>
      send<ReactionState>(requests.react("comment", id, kind), call),
    unreactToComment: (id: string, call?: CallOptions) =>
      send<ReactionState>(requests.react("comment", id, null), call),
    commentReactions: reactions("comments"),

    /** With demo sign-in the new user is signed in; an operator gets the user. */
    createUser: (user: UserDraft, call?: CallOptions) =>
      send<Session | User>({ method: "POST", path: "/v1/users", json: user, write: true }, call),
    suggestedUsers: (call?: CallOptions) => get<UserPage>("/v1/users/suggested", {}, call),
    /** `user` is an id, a handle or "me", here and below. */
    profile: (user: string, call?: CallOptions) => send<Profile>(requests.profile(user), call),
    updateMe: (patch: UserPatch, call?: CallOptions) => send<User>(requests.updateMe(patch), call),
    userPosts: (user: string, page: Page = {}, call?: CallOptions) =>
      send<PostPage>(requests.userPosts(user, page), call),
    followers: users("followers"),
    following: users("following"),
    friends: users("friends"),

    follow: relating("follow"),
    unfollow: undoing("follow"),
    befriend: relating("friend"),
    unfriend: undoing("friend"),
    block: relating("block"),
    unblock: undoing("block"),
    mute: relating("mute"),
    unmute: undoing("mute"),
    blocks: (page: Page = {}, call?: CallOptions) => get<UserPage>("/v1/blocks", { ...page }, call),
    mutes: (page: Page = {}, call?: CallOptions) => get<UserPage>("/v1/mutes", { ...page }, call),
    friendRequests: (page: Page = {}, call?: CallOptions) =>
      get<UserPage>("/v1/friend-requests", { ...page }, call),

    settings: (call?: CallOptions) => get<Settings>("/v1/settings", {}, call),
    updateSettings: (settings: Settings, call?: CallOptions) =>
      send<Settings>(requests.updateSettings(settings), call),

    /** The key is made from the bytes, so repeating an upload is harmless and needs no key. */
    uploadMedia: (file: BodyInit, call?: CallOptions) =>
      send<Media>({ method: "POST", path: "/v1/media", bytes: file }, call),
    mediaUrl: (key: string): string => `${options.baseUrl}/media/${key}`,

    socketTicket: (call?: CallOptions) =>
      send<IssuedSocketTicket>({ method: "POST", path: "/v1/realtime/ticket" }, call),
    poll: (query: PollQuery = {}, call?: CallOptions) =>
      get<PollAnswer>("/v1/realtime/poll", { ...query }, call),
    caughtUp: (call?: CallOptions) =>
      send<null>({ method: "POST", path: "/v1/realtime/caught-up" }, call),

    /** For operators: bodies as in `core/tao/graph-wire.ts`, whose opIds make them idempotent. */
    graphWrite: (body: unknown, call?: CallOptions) =>
      send<GraphWriteAnswer>({ method: "POST", path: "/v1/admin/graph/write", json: body }, call),
    graphRead: (body: unknown, call?: CallOptions) =>
      send<unknown>({ method: "POST", path: "/v1/admin/graph/read", json: body }, call),

    /** For operators: where every shard is led. */
    shards: (call?: CallOptions) => get<ShardList>("/v1/admin/shards", {}, call),
    moveShard: (shard: number, wanted: NewLeader, call?: CallOptions) =>
      send<Shard>(
        { method: "POST", path: `/v1/admin/shards/${shard}/leader`, json: wanted, write: true },
        call,
      ),

    /** For operators: what every cache layer has answered, by region. */
    /** For operators: the log that ranking is trained on; keys come in their order. */
    rankLog: (after?: string, call?: CallOptions) =>
      get<RankLog>("/v1/admin/rank-log", { after }, call),
    rankLogSegment: (key: string, call?: CallOptions) =>
      get<RankLogSegment>("/v1/admin/rank-log/segment", { key }, call),
    caches: (call?: CallOptions) => get<CacheReport>("/v1/admin/caches", {}, call),

    /** For operators: what is being rolled out; see docs/rollouts.md. */
    rollouts: (call?: CallOptions) => get<RolloutList>("/v1/admin/rollouts", {}, call),
    rollout: (id: string, call?: CallOptions) =>
      get<RolloutView>(`/v1/admin/rollouts/${encodeURIComponent(id)}`, {}, call),
    createRollout: (wanted: RolloutWish, call?: CallOptions) =>
      send<RolloutView>(
        { method: "POST", path: "/v1/admin/rollouts", json: wanted, write: true },
        call,
      ),
    actOnRollout: (id: string, action: RolloutAction, call?: CallOptions) =>
      send<RolloutView>(
        {
          method: "POST",
          path: `/v1/admin/rollouts/${encodeURIComponent(id)}/actions`,
          json: action,
          write: true,
        },
        call,
      ),

    /** How the service is doing here; every answer's `Edgewise-Level` says it in one number. */
    status: (call?: CallOptions) => get<Status>("/v1/status", {}, call),
    /** For operators: each region's level and why, and a word against its signals for some minutes. */
    levels: (call?: CallOptions) => get<LevelList>("/v1/admin/levels", {}, call),
    pinLevel: (region: string, pin: NewPin, call?: CallOptions) =>
      send<Published>(
        { method: "POST", path: `/v1/admin/levels/${region}/pin`, json: pin, write: true },
        call,
      ),
    /** For operators: moves a part of a region's viewers to the next nearest, or back. */
    drainRegion: (region: string, drain: NewDrain, call?: CallOptions) =>
      send<Published>(
        { method: "POST", path: `/v1/admin/levels/${region}/drain`, json: drain, write: true },
        call,
      ),

    /** For operators: faults injected on purpose; see docs/chaos.md. 404 in a build for production. */
    drills: (call?: CallOptions) => get<DrillList>("/v1/admin/drills", {}, call),
    startDrill: (drill: NewDrill, call?: CallOptions) =>
      send<DrillList>({ method: "POST", path: "/v1/admin/drills", json: drill, write: true }, call),
    stopDrill: (id: string, stop: DrillStop, call?: CallOptions) =>
      send<DrillList>(
        { method: "POST", path: `/v1/admin/drills/${id}/stop`, json: stop, write: true },
        call,
      ),
    stopAllDrills: (stop: DrillStop, call?: CallOptions) =>
      send<DrillList>(
        { method: "POST", path: "/v1/admin/drills/stop-all", json: stop, write: true },
        call,
      ),

    /** For operators: objectives, error budgets and alerts of each region; see docs/slo.md. */
    alerts: (call?: CallOptions) => get<AlertList>("/v1/admin/alerts", {}, call),
    acknowledgeAlert: (
      region: string,
      alert: string,
      seen: NewAcknowledgement,
      call?: CallOptions,
    ) => {
      const path = `/v1/admin/alerts/${region}/${alert}/acknowledge`;
      return send<RegionAlert>({ method: "POST", path, json: seen, write: true }, call);
    },

    /** For operators: what a region, or all together, counted over time; see docs/telemetry.md. */
    history: (
      query: {
        readonly region?: string;
        readonly minutes?: number;
        readonly points?: number;
        /** Counters and times, with commas; left out: all of them. */
        readonly only?: string;
      } = {},
      call?: CallOptions,
    ) => get<HistorySeries>("/v1/admin/history", query, call),

    /** For operators: how posts reach feeds; see docs/fanout.md. */
    fanout: (call?: CallOptions) => get<FanoutReport>("/v1/admin/fanout", {}, call),
    fanoutPost: (post: string, call?: CallOptions) =>
      get<FanoutPost>(`/v1/admin/fanout/posts/${encodeURIComponent(post)}`, {}, call),
    fanoutDeadLetters: (call?: CallOptions) =>
      get<DeadLetterList>("/v1/admin/fanout/dead-letters", {}, call),
    fanoutReplay: (wanted: Replay, call?: CallOptions) =>
      send<Replayed>(
        { method: "POST", path: "/v1/admin/fanout/replay", json: wanted, write: true },
        call,
      ),

    /** For an outbox, which sends requests of before, and passes tickets on between tabs. */
    transport,
  };
}
