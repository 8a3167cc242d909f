import type { InfiniteData, QueryKey } from "@tanstack/react-query";

import { requests } from "../../../client/requests.ts";
import { type ApiRequest, cacheKey } from "../../../client/transport.ts";
import { account } from "./account.ts";
import { FEED_PAGE } from "./paging.ts";
import { queryClient } from "./query-client.ts";

/** Several changes of one moment are written once. */
const WRITE_BACK_MS = 50;

/** The request whose kept answer holds a page of the query, and null for what is not kept. */
function requestOf([root, name = ""]: QueryKey, cursor: string | undefined): ApiRequest | null {
  const of = String(name);
  switch (root) {
    case "feed":
      return requests.feed({ cursor, limit: FEED_PAGE });
    case "posts-of":
      return requests.userPosts(of, { cursor, limit: FEED_PAGE });
    case "post":
      return requests.post(of);
    case "comments":
      return requests.comments(of, { cursor });
    case "profile":
      return requests.profile(of);
    default:
      return null;
  }
}

async function writeBack(queryKey: QueryKey): Promise<void> {
  // Of this moment, as the page is: the next moment may be another person's.
  const cache = account()?.cache;
  const data = queryClient.getQueryData<InfiniteData<unknown, string | undefined>>(queryKey);
  if (data === undefined) return;
  const paged = Array.isArray(data.pages);
  const parts = paged
    ? data.pages.map((page, i) => [data.pageParams[i], page] as const)
    : [[undefined, data] as const];
  for (const [cursor, value] of parts) {
    const request = requestOf(queryKey, cursor);
    if (request !== null) await cache?.amend(cacheKey(request), value);
  }
}

/** What the reader did to a page on the screen is there after a reload, and without a connection. */
export function startWriteBack(): void {
  const changed = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    for (const queryKey of changed.values()) void writeBack(queryKey);
    changed.clear();
  };
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success") return;
    if (event.action.manual !== true || requestOf(event.query.queryKey, undefined) === null) return;
    changed.set(event.query.queryHash, event.query.queryKey);
    timer ??= setTimeout(flush, WRITE_BACK_MS);
  });
  addEventListener("pagehide", flush);
}
