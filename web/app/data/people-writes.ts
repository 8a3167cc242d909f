import { isSignedOut } from "../../../client/problem.ts";
import { requests } from "../../../client/requests.ts";
import type { Profile, Settings, UserPatch } from "../../../core/feed/schemas.ts";
import type { Relation } from "../../../core/feed/service.ts";
import { setSessionUser } from "../state/session.ts";
import { setTheme } from "../state/theme.ts";
import { showToast } from "../state/toasts.ts";
import { api } from "./api.ts";
import { type Pages, updateLists } from "./lists.ts";
import { submit } from "./outbox.ts";
import { removeAuthor } from "./post-cache.ts";
import { explain } from "./problem.ts";
import { queryClient } from "./query-client.ts";
import { withRelation } from "./relationship-cache.ts";

/** Turns a relation on or off: at once on screen, back again if the server refuses. */
export async function relate(
  user: { readonly id: string; readonly handle: string },
  relation: Relation,
  on: boolean,
): Promise<boolean> {
  queryClient.setQueryData<Profile>(
    ["profile", user.handle],
    (profile) => profile && withRelation(profile, relation, on),
  );
  if (on && (relation === "block" || relation === "mute")) hideAuthor(user.id, relation);
  const outcome = await submit({
    request: requests.relate(user.id, relation, on),
    setting: { name: `${relation}:${user.id}`, from: String(!on), to: String(on) },
    about: { kind: "relation", user: { id: user.id, handle: user.handle }, relation, on },
  });
  return outcome.at !== "failed";
}

/** A block empties every list of that author; a mute only the feed, as on the server. */
export function hideAuthor(userId: string, relation: "block" | "mute"): void {
  const roots = relation === "block" ? ["feed", "posts-of"] : ["feed"];
  updateLists((pages) => removeAuthor(pages, userId) as Pages, roots);
}

export async function saveSettings(settings: Settings): Promise<void> {
  const from = queryClient.getQueryData<Settings>(["settings"]) ?? null;
  queryClient.setQueryData(["settings"], settings);
  setTheme(settings.theme);
  await submit({
    request: requests.updateSettings(settings),
    setting: { name: "settings", from: JSON.stringify(from), to: JSON.stringify(settings) },
    about: { kind: "settings", from, to: settings },
  });
}

export async function saveProfile(handle: string, patch: UserPatch): Promise<boolean> {
  try {
    const saved = await api().updateMe(patch);
    const { id, name, bio, avatar, createdAtMs } = saved;
    setSessionUser({ id, handle, name, bio, avatar, createdAtMs });
    await queryClient.invalidateQueries({ queryKey: ["profile", handle] });
    showToast("Profile saved");
    return true;
  } catch (error) {
    if (!isSignedOut(error)) showToast(explain(error), { tone: "error" });
    return false;
  }
}
