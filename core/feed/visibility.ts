import type { Id } from "../ids.ts";
import type { Audience } from "./schemas.ts";
import type { Standing } from "./standing.ts";

/** Why something is left out. */
export type HideRule =
  | "deleted"
  | "blocked"
  | "blocked_by"
  | "muted"
  | "audience"
  | "original"
  | "duplicate";

/** What the rules need to know of a post. */
export interface Rated {
  readonly author: Id;
  readonly audience: Audience;
}

/** Muting takes somebody out of the home feed and out of nothing else. */
export type Surface = "home" | "direct";

/**
 * The rule that hides a post from the viewer, or null. Authors see all of their own.
 * "followers" and "friends" each mean exactly that relation: a friend who does not
 * follow does not see what is for followers.
 */
export function hiddenBy(post: Rated, standing: Standing, surface: Surface): HideRule | null {
  if (post.author === standing.viewer) return null;
  const user = hiddenUser(post.author, standing);
  if (user !== null) return user;
  if (surface === "home" && standing.mutes.has(post.author)) return "muted";
  return inAudience(post, standing) ? null : "audience";
}

/** Blocks hide both ways: people, their posts, comments and reactions. */
export function hiddenUser(user: Id, standing: Standing): "blocked" | "blocked_by" | null {
  if (standing.blocks.has(user)) return "blocked";
  return standing.blockedBy.has(user) ? "blocked_by" : null;
}

function inAudience(post: Rated, standing: Standing): boolean {
  switch (post.audience) {
    case "public":
      return true;
    case "followers":
      return standing.follows.has(post.author);
    case "friends":
      return standing.friends.has(post.author);
    case "only_me":
      return false;
  }
}

/**
 * What a page may say it left out. What others decided (an audience, a block) is not
 * counted: the count would tell that there is something.
 */
const TOLD: ReadonlySet<HideRule> = new Set([
  "deleted",
  "blocked",
  "muted",
  "original",
  "duplicate",
]);

export const isTold = (rule: HideRule): boolean => TOLD.has(rule);

export class HiddenTally {
  readonly #counts = new Map<HideRule, number>();

  add(rule: HideRule): void {
    if (isTold(rule)) this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + 1);
  }

  addAll(other: HiddenTally): void {
    for (const [rule, count] of other.#counts)
      this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + count);
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}
