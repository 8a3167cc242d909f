import { createAsyncStoragePersister } from "@tanstack/query-async-storage-persister";
import { QueryClient } from "@tanstack/react-query";
import type { PersistQueryClientOptions } from "@tanstack/react-query-persist-client";

import { readText, writeText } from "../state/storage.ts";

const HOUR_MS = 3_600_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // Going back finds the page as it was left, for as long as a reader wanders.
      gcTime: HOUR_MS,
      refetchOnWindowFocus: false,
      // The client retries what may pass by itself.
      retry: false,
      // Offline a read fails like any other, and the page says so, rather than wait in silence.
      networkMode: "always",
    },
  },
});

/** What a reload brings back; lists of people are cheap to ask for again. */
const KEPT = new Set(["feed", "posts-of", "post", "comments", "profile"]);
const KEY = "edgewise.pages";

/**
 * Keeps read pages in this tab's session storage: a reload returns to the exact place,
 * and closing the tab forgets them. A full storage only means that a reload starts over.
 */
export const persistOptions = (
  viewerId: string,
): Omit<PersistQueryClientOptions, "queryClient"> => ({
  buster: viewerId,
  maxAge: HOUR_MS,
  dehydrateOptions: {
    shouldDehydrateQuery: (query) =>
      query.state.status === "success" && KEPT.has(String(query.queryKey[0])),
  },
  persister: createAsyncStoragePersister({
    key: KEY,
    throttleTime: 500,
    storage: {
      getItem: async (key) => readText("sessionStorage", key),
      setItem: async (key, text) => writeText("sessionStorage", key, text),
      removeItem: async (key) => writeText("sessionStorage", key, null),
    },
  }),
});

/** After a reload what was kept shows at once and is read again; only the feed waits to be asked. */
export const refreshRestored = (): Promise<void> =>
  queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "feed" });

/** On sign-out: nothing of one person is there for the next. */
export function forgetPages(): void {
  queryClient.clear();
  writeText("sessionStorage", KEY, null);
}
