import type { ApiRequest } from "../transport.ts";

/** Writes, and the starts of the paths whose answers they may have changed. */
const EXPIRES: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /^\/v1\/users\/[^/]+\/(?:block|mute|friend|follow)$/,
    ["/v1/users/", "/v1/blocks", "/v1/mutes", "/v1/friend-requests", "/v1/feed"],
  ],
  [/^\/v1\/users\/me$/, ["/v1/users/"]],
  [/^\/v1\/settings$/, ["/v1/settings", "/v1/feed"]],
  [/^\/v1\/posts\/[^/]+\/comments$/, ["/v1/posts/"]],
  [/^\/v1\/comments\//, ["/v1/posts/"]],
  [/^\/v1\/posts(?:\/[^/]+)?$/, ["/v1/posts/", "/v1/users/", "/v1/feed"]],
  [/^\/v1\/posts/, ["/v1/posts/", "/v1/users/"]],
  [/^\/v1\/notifications/, ["/v1/notifications"]],
];

/** Paths that begin with one of these are read again after `request` was done. */
export const expiredBy = (request: Pick<ApiRequest, "method" | "path">): readonly string[] =>
  request.method === "GET"
    ? []
    : (EXPIRES.find(([pattern]) => pattern.test(request.path))?.[1] ?? []);
