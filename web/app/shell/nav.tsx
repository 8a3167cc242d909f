import type { User } from "../../../core/feed/schemas.ts";
import { openComposer } from "../composer/open.ts";
import { useUnread } from "../data/notifications.ts";
import { useOwnList } from "../data/queries.ts";
import { profilePath } from "../state/routes.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Link } from "../ui/link.tsx";
import { Logo } from "../ui/logo.tsx";

interface Entry {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
  readonly badge?: number;
  /** What the badge counts, spoken. */
  readonly of?: string;
}

/** The server counts no further. */
const BADGE_MAX = 99;

function useEntries(user: User): Entry[] {
  const requests = useOwnList("friend-requests");
  const unread = useUnread().data?.unread ?? 0;
  const waiting = requests.data?.pages[0]?.items.length ?? 0;
  return [
    { to: "/", label: "Home", icon: "home" },
    { to: "/explore", label: "Explore", icon: "compass" },
    { to: "/notifications", label: "Notifications", icon: "bell", badge: unread, of: "unread" },
    { to: "/requests", label: "Requests", icon: "people", badge: waiting, of: "waiting" },
    { to: profilePath(user.handle), label: "Profile", icon: "person" },
    { to: "/settings", label: "Settings", icon: "sliders" },
  ];
}

function NavLink({ entry, path }: { entry: Entry; path: string }) {
  const here = entry.to === path;
  return (
    <Link
      class="nav-link"
      to={entry.to}
      aria-current={here ? "page" : undefined}
      title={entry.label}
    >
      <span class="nav-icon">
        <Icon name={entry.icon} size={24} filled={false} />
        {entry.badge !== undefined && entry.badge > 0 && (
          <span class="badge">
            {entry.badge >= BADGE_MAX ? `${BADGE_MAX}+` : entry.badge}
            <span class="sr-only"> {entry.of}</span>
          </span>
        )}
      </span>
      <span class="nav-label">{entry.label}</span>
    </Link>
  );
}

/** The rail of a wide screen, and the bar of a phone: the same links, placed by the style sheet. */
export function Nav({ user, path }: { user: User; path: string }) {
  const entries = useEntries(user);
  return (
    <div class="rail">
      <Link class="brand" to="/" aria-label="Edgewise, home">
        <Logo size={36} />
        <span class="brand-name">Edgewise</span>
      </Link>
      <nav class="nav" aria-label="Main">
        {entries.map((entry) => (
          <NavLink key={entry.label} entry={entry} path={path} />
        ))}
      </nav>
      <button
        type="button"
        class="button compose-button"
        aria-label="New post"
        title="New post (n)"
        onClick={() => openComposer()}
      >
        <Icon name="pen" />
        <span class="nav-label">Post</span>
      </button>
      <Link class="rail-me" to={profilePath(user.handle)}>
        <span class="sr-only">Signed in as </span>
        <Avatar user={user} size={40} />
        <span class="person-names">
          <bdi class="name">{user.name}</bdi>
          <span class="handle">@{user.handle}</span>
        </span>
      </Link>
    </div>
  );
}
