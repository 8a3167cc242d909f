import { useEffect } from "preact/hooks";

import type { Notification, NotificationKind } from "../../../core/feed/notifications/schemas.ts";
import { markRead, useNotifications } from "../data/notifications.ts";
import { flatten } from "../data/post-cache.ts";
import { plural } from "../format/count.ts";
import { Page } from "../shell/page.tsx";
import { postPath, profilePath } from "../state/routes.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Link } from "../ui/link.tsx";
import { Empty, Failed, PersonSkeletons } from "../ui/states.tsx";
import { Time } from "../ui/time.tsx";

const WORDS: Record<NotificationKind, { readonly did: string; readonly icon: IconName }> = {
  like: { did: "reacted to your post", icon: "heart" },
  comment: { did: "commented on your post", icon: "comment" },
  reply: { did: "replied to your comment", icon: "comment" },
  repost: { did: "reposted your post", icon: "repost" },
  quote: { did: "quoted your post", icon: "quote" },
  mention: { did: "mentioned you", icon: "person" },
  follow: { did: "followed you", icon: "userPlus" },
  friend_request: { did: "asked to be friends", icon: "people" },
  friend: { did: "is your friend now", icon: "people" },
};

export function NotificationsPage() {
  const query = useNotifications();
  const items = flatten(query.data?.pages);
  const newestMs = items[0]?.atMs;
  const anyUnread = items.some((item) => !item.read);
  useEffect(() => {
    if (newestMs !== undefined && anyUnread) void markRead(newestMs);
  }, [newestMs, anyUnread]);
  return (
    <Page title="Notifications" ready={!query.isPending}>
      {query.isPending && <PersonSkeletons count={6} />}
      {query.isError && query.data === undefined && (
        <Failed error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data !== undefined && items.length === 0 && (
        <Empty
          icon="bell"
          title="Nothing new"
          text="When people react to you, answer or follow you, it shows here."
        />
      )}
      <ul class="notices">
        {items.map((item) => (
          <Notice key={item.id} item={item} />
        ))}
      </ul>
      {query.hasNextPage && (
        <div class="list-end">
          <button
            type="button"
            class="button button-quiet"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </button>
        </div>
      )}
    </Page>
  );
}

function Notice({ item }: { item: Notification }) {
  const { did, icon } = WORDS[item.kind];
  const [first] = item.actors;
  const target =
    item.kind === "friend_request"
      ? "/requests"
      : item.post !== null
        ? postPath(item.post.id)
        : profilePath(first?.handle ?? "");
  const excerpt = item.comment?.text ?? item.post?.text ?? "";
  return (
    <li class={`notice ${item.read ? "" : "unread"}`}>
      <span class={`notice-icon notice-${item.kind}`}>
        <Icon name={icon} size={22} />
      </span>
      <div class="grow">
        <div class="notice-faces">
          {item.actors.map((user) => (
            <Link
              key={user.id}
              to={profilePath(user.handle)}
              aria-label={user.name}
              title={user.name}
            >
              <Avatar user={user} size={32} />
            </Link>
          ))}
        </div>
        <Link class="notice-text" to={target}>
          <span>
            <Names item={item} /> {did}
            {!item.read && <span class="sr-only"> (new)</span>}
          </span>
          {excerpt !== "" && <span class="notice-excerpt">{excerpt}</span>}
        </Link>
      </div>
      <span class="notice-time">
        <Time ms={item.atMs} />
        {!item.read && <span class="dot" aria-hidden="true" />}
      </span>
    </li>
  );
}

/** "Ada", "Ada and Milo", "Ada and 4 others". */
function Names({ item: { actors, actorCount } }: { item: Notification }) {
  const [first, second] = actors;
  const others = actorCount - 1;
  return (
    <>
      <bdi class="name">{first?.name ?? "Somebody"}</bdi>
      {others === 1 && second !== undefined ? (
        <>
          {" and "}
          <bdi class="name">{second.name}</bdi>
        </>
      ) : (
        others > 0 && ` and ${plural(others, "other")}`
      )}
    </>
  );
}
