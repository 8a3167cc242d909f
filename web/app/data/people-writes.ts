import type { InfiniteData } from "@tanstack/react-query";

import type { FeedPage, Profile, Settings, UserPatch } from "../../../core/feed/schemas.ts";
import type { Relation } from "../../../core/feed/service.ts";
import { setSessionUser } from "../state/session.ts";
import { showToast } from "../state/toasts.ts";
import { setTheme } from "../state/theme.ts";
import { api, setRelation } from "./api.ts";
import { removeAuthor } from "./post-cache.ts";
import { updateLists } from "./post-writes.ts";
import { explain } from "./problem.ts";
import { queryClient } from "./query-client.ts";
import { withRelation } from "./relationship-cache.ts";

type Pages = InfiniteData<FeedPage, string | undefined>;

/** Turns a relation on or off: at once on screen, back again if the server refuses. */
export async function relate(
  user: { readonly id: string; readonly handle: string },
  relation: Relation,
  on: boolean,
): Promise<boolean> {
  const key = ["profile", user.handle];
  const before = queryClient.getQueryData<Profile>(key);
  if (before !== undefined) queryClient.setQueryData(key, withRelation(before, relation, on));
  try {
    const profile = await setRelation(user.id, relation, on);
    queryClient.setQueryData(key, profile);
    settle(user.id, relation, on);
    return true;
  } catch (error) {
    if (before !== undefined) queryClient.setQueryData(key, before);
    showToast(explain(error), { tone: "error" });
    return false;
  }
}

/** What else the relation changes on screen. */
function settle(userId: string, relation: Relation, on: boolean): void {
  if (relation === "block" || relation === "mute") hideOrShow(userId, relation, on);
  if (relation === "follow" || relation === "friend") offerNewPosts();
  for (const root of ["own", "users"]) void queryClient.invalidateQueries({ queryKey: [root] });
}

/** A block empties every list of that author; a mute only the feed, as on the server. */
function hideOrShow(userId: string, relation: "block" | "mute", on: boolean): void {
  const roots = relation === "block" ? ["feed", "posts-of"] : ["feed"];
  if (on) updateLists((pages) => removeAuthor(pages, userId) as Pages, roots);
  else for (const root of roots) void queryClient.invalidateQueries({ queryKey: [root] });
}

/** An empty feed starts over; one that is being read only learns that there is more. */
function offerNewPosts(): void {
  const feed = queryClient.getQueryData<Pages>(["feed"]);
  const empty = feed === undefined || feed.pages.every((page) => page.items.length === 0);
  if (empty) queryClient.removeQueries({ queryKey: ["feed"] });
  else void queryClient.invalidateQueries({ queryKey: ["feed-head"] });
}

export async function saveSettings(settings: Settings): Promise<void> {
  const before = queryClient.getQueryData<Settings>(["settings"]);
  queryClient.setQueryData(["settings"], settings);
  setTheme(settings.theme);
  try {
    await api.updateSettings(settings);
    if (before?.feedMode !== settings.feedMode) queryClient.removeQueries({ queryKey: ["feed"] });
  } catch (error) {
    queryClient.setQueryData(["settings"], before);
    if (before !== undefined) setTheme(before.theme);
    showToast(explain(error), { tone: "error" });
  }
}

export async function saveProfile(handle: string, patch: UserPatch): Promise<boolean> {
  try {
    const saved = await api.updateMe(patch);
    const { id, name, bio, avatar, createdAtMs } = saved;
    setSessionUser({ id, handle, name, bio, avatar, createdAtMs });
    await queryClient.invalidateQueries({ queryKey: ["profile", handle] });
    showToast("Profile saved");
    return true;
  } catch (error) {
    showToast(explain(error), { tone: "error" });
    return false;
  }
}
