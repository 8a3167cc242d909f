import type { InfiniteData } from "@tanstack/react-query";
import { useEffect, useState } from "preact/hooks";

import type { FeedPage } from "../../../core/feed/schemas.ts";
import { Composer } from "../composer/composer.tsx";
import { api } from "../data/api.ts";
import { flatten, newerCount } from "../data/post-cache.ts";
import { explain } from "../data/problem.ts";
import { useFeed, useFeedHead } from "../data/queries.ts";
import { queryClient } from "../data/query-client.ts";
import { ModeInfo } from "../feed/mode-info.tsx";
import { PostList } from "../feed/post-list.tsx";
import { Page } from "../shell/page.tsx";
import { showToast } from "../state/toasts.ts";
import { Icon } from "../ui/icon.tsx";
import { Link } from "../ui/link.tsx";
import { Empty } from "../ui/states.tsx";

/** Starts the feed over with what is newest, and goes to its top. */
async function refresh(): Promise<void> {
  try {
    const first = await api.feed({ limit: 20 });
    scrollTo({ top: 0 });
    // The list hears of the scroll in the next frame; before, it would keep the old place.
    await new Promise(requestAnimationFrame);
    queryClient.setQueryData<InfiniteData<FeedPage, string | undefined>>(["feed"], {
      pages: [first],
      pageParams: [undefined],
    });
    queryClient.setQueryData(["feed-head"], first);
  } catch (error) {
    showToast(explain(error), { tone: "error" });
  }
}

export function HomePage() {
  const feed = useFeed();
  const [busy, setBusy] = useState(false);
  const start = async (): Promise<void> => {
    setBusy(true);
    await refresh();
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
      <NewPosts pages={pages} onShow={() => void start()} />
      <div class="home-composer">
        <Composer />
      </div>
      <PostList
        query={feed}
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

/** Says how much is new, and waits to be asked: the page never moves by itself. */
function NewPosts({ pages, onShow }: { pages: readonly FeedPage[]; onShow: () => void }) {
  const head = useFeedHead();
  if (!head.data || pages.length === 0) return null;
  const count = newerCount(head.data.items, flatten(pages));
  if (count === 0) return null;
  const many = count === head.data.items.length && head.data.cursor !== null;
  const label = many ? `${count}+ new posts` : count === 1 ? "1 new post" : `${count} new posts`;
  return (
    <div class="new-posts">
      <button type="button" class="button button-small" onClick={onShow}>
        {label}
      </button>
    </div>
  );
}
