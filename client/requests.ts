import type {
  Audience,
  NewComment,
  NewPost,
  NewUser,
  ReactionKind,
  Settings,
  UserPatch,
} from "../core/feed/schemas.ts";
import type { FeedEvents } from "../core/feed/explain/event-schemas.ts";
import type { SeenRange } from "../core/feed/explain/schemas.ts";
import type { Reactable, Relation, UserList } from "../core/feed/service.ts";
import type { ApiRequest } from "./transport.ts";

export interface Page {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}
export interface FeedQuery extends Page {
  readonly mode?: "latest" | "ranked" | undefined;
}
/** Fields with a default may be left out, as the API allows. */
export type PostDraft = Partial<NewPost>;
export type UserDraft = Omit<NewUser, "bio"> & Partial<Pick<NewUser, "bio">>;

const at = (strings: TemplateStringsArray, ...parts: readonly string[]): string =>
  strings.reduce((path, text, i) => `${path}${encodeURIComponent(parts[i - 1] ?? "")}${text}`);

const get = (path: string, query: ApiRequest["query"] = {}): ApiRequest => ({
  method: "GET",
  path,
  query,
});
const write = (method: ApiRequest["method"], path: string, json?: unknown): ApiRequest => ({
  method,
  path,
  ...(json !== undefined && { json }),
  write: true,
});

/** What is sent for each operation that a cache or an outbox may hold. `user` is an id, a handle or "me". */
export const requests = {
  feed: (query: FeedQuery = {}) => get("/v1/feed", { ...query }),
  post: (id: string) => get(at`/v1/posts/${id}`),
  comments: (postId: string, page: Page = {}) => get(at`/v1/posts/${postId}/comments`, { ...page }),
  profile: (user: string) => get(at`/v1/users/${user}`),
  userPosts: (user: string, page: Page = {}) => get(at`/v1/users/${user}/posts`, { ...page }),
  usersOf: (user: string, list: UserList, page: Page = {}) =>
    get(at`/v1/users/${user}/${list}`, { ...page }),
  notifications: (page: Page = {}) => get("/v1/notifications", { ...page }),

  createPost: (post: PostDraft) => write("POST", "/v1/posts", post),
  setAudience: (id: string, audience: Audience) =>
    write("PATCH", at`/v1/posts/${id}`, { audience }),
  deletePost: (id: string) => write("DELETE", at`/v1/posts/${id}`),
  addComment: (postId: string, comment: NewComment) =>
    write("POST", at`/v1/posts/${postId}/comments`, comment),
  deleteComment: (id: string) => write("DELETE", at`/v1/comments/${id}`),
  /** `kind` null takes the reaction back. */
  react: (on: Reactable, id: string, kind: ReactionKind | null) =>
    kind === null
      ? write("DELETE", at`/v1/${on}s/${id}/reaction`)
      : write("PUT", at`/v1/${on}s/${id}/reaction`, { kind }),
  relate: (user: string, relation: Relation, on: boolean) =>
    write(on ? "PUT" : "DELETE", at`/v1/users/${user}/${relation}`),
  updateMe: (patch: UserPatch) => write("PATCH", "/v1/users/me", patch),
  updateSettings: (settings: Settings) => write("PUT", "/v1/settings", settings),

  reportEvents: (events: FeedEvents) => write("POST", "/v1/feed/events", events),
  reportSeen: (ranges: readonly SeenRange[]) => write("POST", "/v1/feed/seen", { ranges }),
  setFeedback: (postId: string, kind: "more" | "less") =>
    write("PUT", at`/v1/feed/feedback/${postId}`, { kind }),
  clearFeedback: (postId: string) => write("DELETE", at`/v1/feed/feedback/${postId}`),
  markRead: (upToMs: number) => write("PUT", "/v1/notifications/read", { upToMs }),
} as const;
