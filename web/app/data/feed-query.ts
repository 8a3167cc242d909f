import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";

import type { KeptAnswer } from "../../../client/l1/l1-cache.ts";
import { requests } from "../../../client/requests.ts";
import { cacheKey } from "../../../client/transport.ts";
import type { FeedPage, Place } from "../../../core/feed/schemas.ts";
import { hasKeptPlaces } from "../state/keep-place.ts";
import { onlineStore } from "../state/online.ts";
import { createStore } from "../state/store.ts";
import { showToast } from "../state/toasts.ts";
import { account } from "./account.ts";
import { api } from "./api.ts";
import { FEED_PAGE, nextCursor, paging } from "./paging.ts";
import { explain } from "./problem.ts";
import { queryClient } from "./query-client.ts";
import { LATER_PAGE } from "./via-l1.ts";

export type FeedPages = InfiniteData<FeedPage, string | undefined>;

const KEY = ["feed"];
/** Pages that a reload brings back at most: further down than a reader goes in a day. */
const RESTORED_PAGES_MAX = 30;

/** How much is newer than the feed on the screen, and by whom among others. */
export interface Newer {
  readonly count: number;
  /** Ids of a few authors, newest first. */
  readonly authors: readonly string[];
}
export const NOTHING_NEWER: Newer = { count: 0, authors: [] };
export const newerStore = createStore<Newer>(NOTHING_NEWER);

/** Called when the shown feed has become the newest there is, or may not be it. */
type FeedListener = (what: "caught-up" | "behind") => void;
const listeners = new Set<FeedListener>();
export const onFeed = (listener: FeedListener): void => void listeners.add(listener);
const tell = (what: "caught-up" | "behind"): void => {
  if (what === "caught-up") newerStore.set(NOTHING_NEWER);
  for (const listener of listeners) listener(what);
};

export const feedPages = (): FeedPages | undefined => queryClient.getQueryData<FeedPages>(KEY);

/** Of an empty feed: everything is newer. */
const BEGINNING: Place = { timeMs: 0, id: "0" };

/** From where newer posts are counted; null while there is no feed. */
export function feedHead(): Place | null {
  const first = feedPages()?.pages[0];
  if (first === undefined) return null;
  return first.head ?? BEGINNING;
}

/** Has this reader done anything since the app was opened? Until then nothing they read can move. */
let touched = false;
for (const event of ["pointerdown", "keydown", "wheel", "touchmove"]) {
  addEventListener(event, () => (touched = true), { once: true, passive: true, capture: true });
}

export const useFeed = () =>
  useInfiniteQuery({
    ...paging,
    queryKey: KEY,
    queryFn: ({ pageParam }) => readPage(pageParam),
    // Only the reader refreshes the feed: a refetch on its own would move the page.
    staleTime: Number.POSITIVE_INFINITY,
  });

async function readPage(cursor: string | undefined): Promise<FeedPage> {
  const query = { cursor, limit: FEED_PAGE };
  if (cursor !== undefined) return api().feed(query, LATER_PAGE);
  // What is on the screen is asked for again only to be replaced.
  if (feedPages() !== undefined || wantsNew) {
    wantsNew = false;
    const page = await api().feed(query, { cache: "network" });
    tell("caught-up");
    return page;
  }
  let kept: KeptAnswer<unknown> | null = null;
  const page = await api().feed(query, { cache: "kept", onKept: (answer) => (kept = answer) });
  const answer = kept as KeptAnswer<unknown> | null;
  if (answer === null) tell("caught-up");
  else setTimeout(() => found(answer));
  return page;
}

/** The feed of before is on the screen: its age is its own, and an old one is freshened. */
function found({ atMs, fresh }: Pick<KeptAnswer<unknown>, "atMs" | "fresh">): void {
  queryClient.getQueryCache().find({ queryKey: KEY })?.setState({ dataUpdatedAt: atMs });
  if (!fresh && !touched && scrollY < 8) void refresh({ quiet: true });
  else tell("behind");
}

let wantsNew = false;

/** The next feed is another one, such as in another order: what is kept is of no use. */
export function startFeedOver(): void {
  wantsNew = true;
  // On the screen it begins again at once, elsewhere when it is next shown.
  void queryClient.resetQueries({ queryKey: KEY });
}

/** Starts the feed over with what is newest, and goes to its top. Quiet: failing changes nothing. */
export async function refresh({ quiet }: { readonly quiet: boolean }): Promise<void> {
  let offline = false;
  const reader = account();
  try {
    const call = { cache: "network", onKept: () => (offline = true) } as const;
    const first: FeedPage = await api().feed({ limit: FEED_PAGE }, call);
    if (offline) {
      if (!quiet) showToast("You are offline. This is the newest that is saved here.");
      return;
    }
    scrollTo({ top: 0 });
    // The list hears of the scroll in the next frame; before, it would keep the old place.
    await new Promise(requestAnimationFrame);
    if (account() !== reader) return;
    queryClient.setQueryData<FeedPages>(KEY, { pages: [first], pageParams: [undefined] });
    tell("caught-up");
  } catch (error) {
    if (!quiet && account() === reader) showToast(explain(error), { tone: "error" });
  }
}

/** After a reload the pages that were read are there again, so that the reader's place is. */
export async function restoreFeed(): Promise<void> {
  const reader = account();
  if (reader === null || !hasKeptPlaces()) return;
  const { cache, client } = reader;
  const pages: FeedPage[] = [];
  const pageParams: (string | undefined)[] = [];
  let firstKept: Pick<KeptAnswer<unknown>, "atMs" | "fresh"> = { atMs: 0, fresh: true };
  let cursor: string | undefined;
  do {
    const query = { cursor, limit: FEED_PAGE };
    if ((await cache.peek(cacheKey(requests.feed(query)))) === null) break;
    const first = pages.length === 0;
    const onKept = (kept: KeptAnswer<unknown>): void => {
      if (first) firstKept = kept;
    };
    pages.push(await client.feed(query, { cache: "kept", onKept }));
    pageParams.push(cursor);
    cursor = nextCursor(pages.at(-1) ?? { cursor: null });
  } while (cursor !== undefined && pages.length < RESTORED_PAGES_MAX);
  if (pages.length === 0 || feedPages() !== undefined || account() !== reader) return;
  queryClient.setQueryData<FeedPages>(KEY, { pages, pageParams }, { updatedAt: firstKept.atMs });
  if (onlineStore.get()) found(firstKept);
}

/** Something happened that may have brought posts: whoever counts them looks now. */
export const askForNews = (): void => tell("behind");
