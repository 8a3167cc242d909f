export const PROFILE_TABS = ["posts", "followers", "following", "friends"] as const;
export type ProfileTab = (typeof PROFILE_TABS)[number];

export type Route =
  | { readonly at: "home" | "explore" | "notifications" | "requests" | "settings" | "not-found" }
  | { readonly at: "post"; readonly id: string }
  | { readonly at: "profile"; readonly handle: string; readonly tab: ProfileTab };

const PLAIN: Record<string, "home" | "explore" | "notifications" | "requests" | "settings"> = {
  "": "home",
  explore: "explore",
  notifications: "notifications",
  requests: "requests",
  settings: "settings",
};

/** The page that a path names. Anything malformed is simply not found. */
export function matchRoute(pathname: string): Route {
  const [head = "", second, third, ...rest] = pathname.replace(/^\/|\/$/g, "").split("/");
  if (rest.length > 0) return { at: "not-found" };
  if (
    head === "post" &&
    second !== undefined &&
    third === undefined &&
    /^[0-9]{1,19}$/.test(second)
  ) {
    return { at: "post", id: second };
  }
  if (head === "u" && second !== undefined && /^[a-z0-9_]{2,30}$/.test(second)) {
    const tab = PROFILE_TABS.find((name) => name === (third ?? "posts"));
    return tab === undefined ? { at: "not-found" } : { at: "profile", handle: second, tab };
  }
  const plain = Object.hasOwn(PLAIN, head) ? PLAIN[head] : undefined;
  return plain !== undefined && second === undefined ? { at: plain } : { at: "not-found" };
}

export const postPath = (id: string): string => `/post/${id}`;
export const profilePath = (handle: string, tab: ProfileTab = "posts"): string =>
  tab === "posts" ? `/u/${handle}` : `/u/${handle}/${tab}`;
