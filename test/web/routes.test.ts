import { it } from "vitest";

import { matchRoute, postPath, profilePath } from "../../web/app/state/routes.ts";

it.for([
  ["/", { at: "home" }],
  ["/explore", { at: "explore" }],
  ["/explore/", { at: "explore" }],
  ["/requests", { at: "requests" }],
  ["/settings", { at: "settings" }],
  ["/post/12", { at: "post", id: "12" }],
  ["/u/ada", { at: "profile", handle: "ada", tab: "posts" }],
  ["/u/ada/friends", { at: "profile", handle: "ada", tab: "friends" }],
] as const)("%s is a page", ([path, route], { expect }) => {
  expect(matchRoute(path)).toEqual(route);
});

it.for([
  "/nowhere",
  "/explore/more",
  "/post",
  "/post/abc",
  "/post/12/more",
  "/post/12345678901234567890",
  "/u",
  "/u/Ada",
  "/u/ada/blocks",
  "/u/ada/posts/more",
  "/u/..%2f",
  "/__proto__",
  "/constructor",
])("%s is not found", (path, { expect }) => {
  expect(matchRoute(path)).toEqual({ at: "not-found" });
});

it("finds again what it names", ({ expect }) => {
  expect(matchRoute(postPath("77"))).toEqual({ at: "post", id: "77" });
  expect(matchRoute(profilePath("ada", "following"))).toMatchObject({ tab: "following" });
});
