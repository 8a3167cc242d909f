import { QueryClient } from "@tanstack/react-query";

const HOUR_MS = 3_600_000;

/**
 * What is on this tab's screens, in memory. What lasts longer is the client's own cache (L1),
 * which every read goes through; `write-back.ts` tells it what has become of a page since.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // Going back finds the page as it was left, for as long as a reader wanders.
      gcTime: HOUR_MS,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      // The client retries what may pass by itself.
      retry: false,
      // Offline a read is answered by what is kept, or fails and says so.
      networkMode: "always",
    },
  },
});
