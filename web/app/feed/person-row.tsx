import type { ComponentChildren } from "preact";

import type { User } from "../../../core/feed/schemas.ts";
import { profilePath } from "../state/routes.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Link } from "../ui/link.tsx";

interface Props {
  readonly user: User;
  readonly bio?: boolean;
  readonly onVisit?: () => void;
  readonly children?: ComponentChildren;
}

/** A person in a list, with what can be done about them on the right. */
export function PersonRow({ user, bio = false, onVisit, children }: Props) {
  return (
    <div class="person-row">
      <Link class="person-link" to={profilePath(user.handle)} onClick={onVisit}>
        <Avatar user={user} />
        <span class="person-names">
          <bdi class="name">{user.name}</bdi>
          <span class="handle">@{user.handle}</span>
          {bio && user.bio !== "" && <span class="person-bio">{user.bio}</span>}
        </span>
      </Link>
      {children}
    </div>
  );
}
