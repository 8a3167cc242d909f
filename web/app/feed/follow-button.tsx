import { useState } from "preact/hooks";

import type { User } from "../../../core/feed/schemas.ts";
import { relate } from "../data/people-writes.ts";

/** For lists, where only what happens here is known: starts from `initial`. */
export function FollowButton({ user, initial = false }: { user: User; initial?: boolean }) {
  const [following, setFollowing] = useState(initial);
  const toggle = async (): Promise<void> => {
    const next = !following;
    setFollowing(next);
    if (!(await relate(user, "follow", next))) setFollowing(!next);
  };
  return (
    <button
      type="button"
      class={`button button-small ${following ? "button-quiet" : ""}`}
      aria-label={`${following ? "Unfollow" : "Follow"} ${user.name}`}
      onClick={() => void toggle()}
    >
      {following ? "Following" : "Follow"}
    </button>
  );
}
