import { useWindowVirtualizer } from "@tanstack/react-virtual";
import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Post, PostPage } from "../../../core/feed/schemas.ts";
import { usePendingPosts } from "../data/pending.ts";
import { flatten, isPending } from "../data/post-cache.ts";
import { explain } from "../data/problem.ts";
import { watchPosts } from "../live/live.ts";
import { PostCard } from "../post/post-card.tsx";
import { keepPlace, keptPlace } from "../state/keep-place.ts";
import { placeStore } from "../state/location.ts";
import { Failed, PostSkeletons, Reference } from "../ui/states.tsx";
import { hiddenInWords } from "./hidden.ts";
import { watchSeen } from "./seen.ts";

/** The part of an infinite query that a list needs. */
export interface PagedQuery {
  readonly data: { readonly pages: PostPage[] } | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly isError: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

/** Posts left below the screen when the next page is asked for: about two screens. */
const AHEAD = 8;
const OVERSCAN = 6;

/** A first guess; every card is measured once it is drawn. */
function estimate(post: Post | undefined): number {
  const shown = post?.repostOf ?? post;
  if (shown === undefined) return 160;
  const lines = Math.ceil(shown.text.length / 62);
  return 104 + lines * 24 + (shown.media.length > 0 ? 340 : 0) + (post?.quoteOf ? 130 : 0);
}

interface Props {
  readonly query: PagedQuery;
  readonly empty: ComponentChildren;
  /** Own posts that are on their way show first. */
  readonly withPending?: boolean;
  /** It is the reader's feed: what was on the screen is told to the server. */
  readonly home?: boolean;
}

export function PostList({ query, empty, withPending = false, home = false }: Props) {
  const read = flatten(query.data?.pages);
  const pending = usePendingPosts(read);
  const posts = withPending ? [...pending, ...read] : read;
  if (query.isPending) return <PostSkeletons />;
  if (query.isError && posts.length === 0) {
    return <Failed error={query.error} retry={() => void query.refetch()} />;
  }
  if (posts.length === 0 && !query.hasNextPage) return <>{empty}</>;
  return <VirtualPosts posts={posts} query={query} home={home} />;
}

/** Draws only the cards near the screen, so a long scroll stays as light as a short one. */
function VirtualPosts({
  posts,
  query,
  home,
}: {
  posts: readonly Post[];
  query: PagedQuery;
  home: boolean;
}) {
  const [key] = useState(() => placeStore.get().key);
  const [kept] = useState(() => keptPlace(key));
  const listRef = useRef<HTMLDivElement>(null);
  const margin = useTopOf(listRef, kept.margin);
  const virtualizer = useWindowVirtualizer({
    count: posts.length,
    estimateSize: (index) => estimate(posts[index]),
    getItemKey: (index) => posts[index]?.id ?? index,
    overscan: OVERSCAN,
    scrollMargin: margin,
    // Past the top, a card added or removed above moves nothing that is being read.
    anchorTo: scrollY > margin ? "end" : "start",
    initialMeasurementsCache: [...kept.sizes],
    ...(kept.y > 0 && { initialOffset: kept.y }),
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? -1;

  useLayoutEffect(() => {
    const save = (): void => keepPlace(key, { sizes: virtualizer.takeSnapshot(), margin });
    // Capturing comes before the listener that writes the places down.
    addEventListener("pagehide", save, { capture: true });
    return () => {
      removeEventListener("pagehide", save, { capture: true });
      save();
    };
  }, [key, margin, virtualizer]);
  useWatched(items.flatMap((item) => posts[item.index] ?? []));
  const measureRef = virtualizer.measureElement;
  const cardRef = useCallback(
    (card: HTMLElement | null) => {
      measureRef(card);
      if (home && card !== null) watchSeen(card);
    },
    [measureRef, home],
  );
  useNextPage(query, lastIndex >= posts.length - AHEAD);

  return (
    <>
      <div
        ref={listRef}
        class="virtual"
        role="feed"
        aria-label="Posts"
        style={{ height: virtualizer.getTotalSize() }}
      >
        <div style={{ transform: `translateY(${(items[0]?.start ?? margin) - margin}px)` }}>
          {items.map((item) => {
            const post = posts[item.index];
            return (
              post !== undefined && (
                <div key={item.key} data-index={item.index} ref={cardRef}>
                  <PostCard post={post} position={item.index + 1} />
                </div>
              )
            );
          })}
        </div>
      </div>
      <ListEnd query={query} />
    </>
  );
}

/** Pixels from the top of the page to the list, which moves as the composer above it grows. */
function useTopOf(listRef: { readonly current: HTMLElement | null }, first: number): number {
  const [top, setTop] = useState(first);
  useLayoutEffect(() => {
    const list = listRef.current;
    if (list === null) return undefined;
    const measure = (): void => setTop(list.offsetTop);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(list.parentElement ?? list);
    return () => observer.disconnect();
  }, [listRef]);
  return top;
}

const WATCH_AFTER_MS = 400;

/** Counts of the posts near the screen are told as they change, once the reader has come to rest. */
function useWatched(posts: readonly Post[]): void {
  const ids = posts.filter((post) => !isPending(post)).map((post) => (post.repostOf ?? post).id);
  const key = ids.join(",");
  useEffect(() => {
    const timer = setTimeout(() => watchPosts(key === "" ? [] : key.split(",")), WATCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [key]);
}

function useNextPage(query: PagedQuery, near: boolean): void {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  useEffect(() => {
    const wanted = near && hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
    if (wanted) void fetchNextPage();
  }, [near, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
}

function ListEnd({ query }: { query: PagedQuery }) {
  if (query.isFetchNextPageError) {
    return (
      <div class="list-end" role="alert">
        <p>{explain(query.error)}</p>
        <Reference error={query.error} />
        <button
          type="button"
          class="button button-quiet"
          onClick={() => void query.fetchNextPage()}
        >
          Try again
        </button>
      </div>
    );
  }
  if (query.hasNextPage) return <PostSkeletons count={2} />;
  const hidden = hiddenInWords(query.data?.pages ?? []);
  return (
    <div class="list-end">
      <p>You have reached the end.</p>
      {hidden !== null && <p>{hidden}</p>}
    </div>
  );
}
