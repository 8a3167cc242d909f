import { useEffect, useState } from "preact/hooks";

import { LIMITS } from "../../../core/limits.ts";
import { Composer } from "../composer/composer.tsx";
import { newerStore, refresh, useFeed } from "../data/feed-query.ts";
import { plural } from "../format/count.ts";
import { ModeInfo } from "../feed/mode-info.tsx";
import { PostList } from "../feed/post-list.tsx";
import { faceOf } from "../live/news.ts";
import { Page } from "../shell/page.tsx";
import { useStore } from "../state/store.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { Link } from "../ui/link.tsx";
import { Empty } from "../ui/states.tsx";

export function HomePage() {
  const feed = useFeed();
  const [busy, setBusy] = useState(false);
  const start = async (): Promise<void> => {
    setBusy(true);
    await refresh({ quiet: false });
    setBusy(false);
  };
  useEffect(() => {
    const onRefresh = (): void => void start();
    addEventListener("edgewise:refresh", onRefresh);
    return () => removeEventListener("edgewise:refresh", onRefresh);
  }, []);
  const pages = feed.data?.pages ?? [];
  return (
    <Page
      title="Home"
      ready={!feed.isPending}
      actions={
        <>
          <ModeInfo pages={pages} />
          <span class="grow" />
          <button
            type="button"
            class={`icon-button ${busy ? "spinning" : ""}`}
            aria-label="Show the newest posts"
            title="Show the newest posts (.)"
            disabled={busy}
            onClick={() => void start()}
          >
            <Icon name="refresh" />
          </button>
        </>
      }
    >
      <NewPosts onShow={() => void start()} />
      <div class="home-composer">
        <Composer />
      </div>
      <PostList
        query={feed}
        withPending
        home
        empty={
          <Empty
            icon="compass"
            title="Your feed is quiet"
            text="Follow a few people and their posts appear here, newest first."
          >
            <Link class="button" to="/explore">
              Find people
            </Link>
          </Empty>
        }
      />
    </Page>
  );
}

/** Beyond it, the number makes no difference, and a socket counts no further. */
const COUNTED_MAX = LIMITS.newPostsMax;
const FACES = 3;

/** Says how much is new and by whom, and waits to be asked: the page never moves by itself. */
function NewPosts({ onShow }: { onShow: () => void }) {
  const { count, authors } = useStore(newerStore);
  const faces = authors.flatMap((id) => faceOf(id) ?? []).slice(0, FACES);
  const label = count >= COUNTED_MAX ? `${COUNTED_MAX}+ new posts` : plural(count, "new post");
  return (
    <div class="new-posts" role="status">
      {count > 0 && (
        <button type="button" class="button button-small" onClick={onShow}>
          {faces.length > 0 && (
            <span class="faces-row">
              {faces.map((user) => (
                <Avatar key={user.id} user={user} size={22} />
              ))}
            </span>
          )}
          {label}
        </button>
      )}
    </div>
  );
}
