import type {
  Audience,
  Comment,
  CommentPage,
  FeedPage,
  Media,
  NewComment,
  NewPost,
  NewPosts,
  NewUser,
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
import type {
  DeadLetterList,
  FanoutPost,
  FanoutReport,
  Replay,
  Replayed,
} from "../core/feed/fanout/admin.ts";
import type { IssuedSocketTicket } from "../core/feed/realtime/schemas.ts";
import type { PollAnswer } from "../core/feed/realtime/service.ts";
import type { Shard, ShardList } from "../core/regions/shard-admin.ts";
import type { GraphWriteAnswer } from "../core/tao/graph-wire.ts";
import type { CacheReport } from "../core/telemetry/cache-layers.ts";
import { type ApiRequest, type CallOptions, type ClientOptions, Transport } from "./transport.ts";

export interface Page {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}
export interface FeedQuery extends Page {
  readonly mode?: "latest" | "ranked" | undefined;
}
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
/** Fields with a default may be left out, as the API allows. */
export type PostDraft = Partial<NewPost>;
export type UserDraft = Omit<NewUser, "bio"> & Partial<Pick<NewUser, "bio">>;

export type Client = ReturnType<typeof createClient>;

/** One method per operation of `/openapi.json`, under its operationId. Each throws ApiProblem. */
export function createClient(options: ClientOptions) {
  const transport = new Transport(options);
  const at = (strings: TemplateStringsArray, ...parts: readonly string[]) =>
    strings.reduce((path, text, i) => `${path}${encodeURIComponent(parts[i - 1] ?? "")}${text}`);
  const get = <T>(path: string, query: ApiRequest["query"] = {}, call?: CallOptions) =>
    transport.send<T>({ method: "GET", path, query }, call);
  const getPage =
    <T>(path: (of: string) => string) =>
    (of: string, page: Page = {}, call?: CallOptions) =>
      get<T>(path(of), { ...page }, call);
  const write = <T>(
    method: ApiRequest["method"],
    path: string,
    json?: unknown,
    call?: CallOptions,
  ) => transport.send<T>({ method, path, json, write: true }, call);
  const relation = (method: "PUT" | "DELETE", name: string) => (user: string, call?: CallOptions) =>
    write<Profile>(method, at`/v1/users/${user}/${name}`, undefined, call);

  return {
    signIn: (handle: string, call?: CallOptions) =>
      transport.send<Session>({ method: "POST", path: "/v1/session", json: { handle } }, call),
    session: (call?: CallOptions) => get<Profile>("/v1/session", {}, call),
    demoUsers: (call?: CallOptions) => get<UserPage>("/v1/demo/users", {}, call),

    feed: (query: FeedQuery = {}, call?: CallOptions) =>
      get<FeedPage>("/v1/feed", { ...query }, call),
    /** @param since `head` of a first page. */
    newPosts: (since: Place, call?: CallOptions) =>
      get<NewPosts>("/v1/feed/new", { since: `${since.timeMs}.${since.id}` }, call),

    createPost: (post: PostDraft, call?: CallOptions) =>
      write<Post>("POST", "/v1/posts", post, call),
    post: (id: string, call?: CallOptions) => get<Post>(at`/v1/posts/${id}`, {}, call),
    setAudience: (id: string, audience: Audience, call?: CallOptions) =>
      write<Post>("PATCH", at`/v1/posts/${id}`, { audience }, call),
    deletePost: (id: string, call?: CallOptions) =>
      write<null>("DELETE", at`/v1/posts/${id}`, undefined, call),

    comments: getPage<CommentPage>((id) => at`/v1/posts/${id}/comments`),
    addComment: (postId: string, comment: NewComment, call?: CallOptions) =>
      write<Comment>("POST", at`/v1/posts/${postId}/comments`, comment, call),
    deleteComment: (id: string, call?: CallOptions) =>
      write<null>("DELETE", at`/v1/comments/${id}`, undefined, call),

    reactToPost: (id: string, kind: ReactionKind, call?: CallOptions) =>
      write<ReactionState>("PUT", at`/v1/posts/${id}/reaction`, { kind }, call),
    unreactToPost: (id: string, call?: CallOptions) =>
      write<ReactionState>("DELETE", at`/v1/posts/${id}/reaction`, undefined, call),
    postReactions: getPage<ReactionPage>((id) => at`/v1/posts/${id}/reactions`),
    reactToComment: (id: string, kind: ReactionKind, call?: CallOptions) =>
      write<ReactionState>("PUT", at`/v1/comments/${id}/reaction`, { kind }, call),
    unreactToComment: (id: string, call?: CallOptions) =>
      write<ReactionState>("DELETE", at`/v1/comments/${id}/reaction`, undefined, call),
    commentReactions: getPage<ReactionPage>((id) => at`/v1/comments/${id}/reactions`),

    /** With demo sign-in the new user is signed in; an operator gets the user. */
    createUser: (user: UserDraft, call?: CallOptions) =>
      write<Session | User>("POST", "/v1/users", user, call),
    suggestedUsers: (call?: CallOptions) => get<UserPage>("/v1/users/suggested", {}, call),
    /** `user` is an id, a handle or "me", here and below. */
    profile: (user: string, call?: CallOptions) => get<Profile>(at`/v1/users/${user}`, {}, call),
    updateMe: (patch: UserPatch, call?: CallOptions) =>
      write<User>("PATCH", "/v1/users/me", patch, call),
    userPosts: getPage<PostPage>((user) => at`/v1/users/${user}/posts`),
    followers: getPage<UserPage>((user) => at`/v1/users/${user}/followers`),
    following: getPage<UserPage>((user) => at`/v1/users/${user}/following`),
    friends: getPage<UserPage>((user) => at`/v1/users/${user}/friends`),

    follow: relation("PUT", "follow"),
    unfollow: relation("DELETE", "follow"),
    befriend: relation("PUT", "friend"),
    unfriend: relation("DELETE", "friend"),
    block: relation("PUT", "block"),
    unblock: relation("DELETE", "block"),
    mute: relation("PUT", "mute"),
    unmute: relation("DELETE", "mute"),
    blocks: (page: Page = {}, call?: CallOptions) => get<UserPage>("/v1/blocks", { ...page }, call),
    mutes: (page: Page = {}, call?: CallOptions) => get<UserPage>("/v1/mutes", { ...page }, call),
    friendRequests: (page: Page = {}, call?: CallOptions) =>
      get<UserPage>("/v1/friend-requests", { ...page }, call),

    settings: (call?: CallOptions) => get<Settings>("/v1/settings", {}, call),
    updateSettings: (settings: Settings, call?: CallOptions) =>
      write<Settings>("PUT", "/v1/settings", settings, call),

    /** The key is made from the bytes, so repeating an upload is harmless and needs no key. */
    uploadMedia: (image: BodyInit, call?: CallOptions) =>
      transport.send<Media>({ method: "POST", path: "/v1/media", bytes: image }, call),
    mediaUrl: (key: string): string => `${options.baseUrl}/media/${key}`,

    /** What `realtime.ts` is made of; see there for a connection that keeps itself. */
    socketTicket: (call?: CallOptions) =>
      transport.send<IssuedSocketTicket>({ method: "POST", path: "/v1/realtime/ticket" }, call),
    poll: (query: PollQuery = {}, call?: CallOptions) =>
      get<PollAnswer>("/v1/realtime/poll", { ...query }, call),
    caughtUp: (call?: CallOptions) =>
      transport.send<null>({ method: "POST", path: "/v1/realtime/caught-up" }, call),

    /** For operators: bodies as in `core/tao/graph-wire.ts`, whose opIds make them idempotent. */
    graphWrite: (body: unknown, call?: CallOptions) =>
      transport.send<GraphWriteAnswer>(
        { method: "POST", path: "/v1/admin/graph/write", json: body },
        call,
      ),
    graphRead: (body: unknown, call?: CallOptions) =>
      transport.send<unknown>({ method: "POST", path: "/v1/admin/graph/read", json: body }, call),

    /** For operators: where every shard is led. */
    shards: (call?: CallOptions) => get<ShardList>("/v1/admin/shards", {}, call),
    moveShard: (shard: number, region: string, call?: CallOptions) =>
      write<Shard>("POST", `/v1/admin/shards/${shard}/leader`, { region }, call),

    /** For operators: what every cache layer has answered, by region. */
    caches: (call?: CallOptions) => get<CacheReport>("/v1/admin/caches", {}, call),

    /** For operators: how posts reach feeds, and what was put aside on the way. */
    fanout: (call?: CallOptions) => get<FanoutReport>("/v1/admin/fanout", {}, call),
    fanoutPost: (post: string, call?: CallOptions) =>
      get<FanoutPost>(`/v1/admin/fanout/posts/${encodeURIComponent(post)}`, {}, call),
    fanoutDeadLetters: (call?: CallOptions) =>
      get<DeadLetterList>("/v1/admin/fanout/dead-letters", {}, call),
    fanoutReplay: (wanted: Replay = {}, call?: CallOptions) =>
      write<Replayed>("POST", "/v1/admin/fanout/replay", wanted, call),
  };
}
