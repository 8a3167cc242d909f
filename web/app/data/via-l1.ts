import type { InfiniteData, QueryKey } from "@tanstack/react-query";

import { ApiProblem } from "../../../client/problem.ts";
import type { CallOptions } from "../../../client/transport.ts";
import { queryClient } from "./query-client.ts";

/**
 * For a query's first read: what is kept shows at once with its age, and what replaces it goes
 * into the same query.
 */
export const viaL1 = (queryKey: QueryKey): CallOptions => ({
  onKept: ({ atMs, newer }) => void settle(queryKey, atMs, newer),
});

/** For a page further down: a list's later pages follow from its first, so they are asked for. */
export const LATER_PAGE: CallOptions = { cache: "network" };

async function settle(
  queryKey: QueryKey,
  atMs: number,
  newer: Promise<unknown> | null,
): Promise<void> {
  // First the query takes the kept answer, which this call is part of.
  await new Promise((resolve) => setTimeout(resolve));
  const query = queryClient.getQueryCache().find({ queryKey, exact: true });
  if (query === undefined) return;
  query.setState({ dataUpdatedAt: atMs });
  if (newer === null) return;
  try {
    const value = await newer;
    const data = query.state.data as InfiniteData<unknown> | undefined;
    const isList = Array.isArray(data?.pages);
    // A reader who has gone further down keeps the list that they are in.
    if (isList && data !== undefined && data.pages.length > 1) return;
    query.setState({
      data: isList ? { pages: [value], pageParams: [undefined] } : value,
      dataUpdatedAt: Date.now(),
      status: "success",
      error: null,
    });
  } catch (error) {
    // Without a connection the kept answer stands; a refusal is news.
    if (error instanceof ApiProblem && error.code !== "network") {
      query.setState({ status: "error", error });
    }
  }
}
