import type { InfiniteData, QueryKey } from "@tanstack/react-query";

import type { Account } from "../../../client/account.ts";
import { ApiProblem, isSignedOut } from "../../../client/problem.ts";
import type { CallOptions } from "../../../client/transport.ts";
import { account } from "./account.ts";
import { queryClient } from "./query-client.ts";

/**
 * For a query's first read: what is kept shows at once with its age, and what replaces it goes
 * into the same query.
 */
export function viaL1(queryKey: QueryKey): CallOptions {
  const reader = account();
  return { onKept: ({ atMs, newer }) => void settle(reader, queryKey, atMs, newer) };
}

/** For a page further down: a list's later pages follow from its first, so they are asked for. */
export const LATER_PAGE: CallOptions = { cache: "network" };

async function settle(
  reader: Account | null,
  queryKey: QueryKey,
  atMs: number,
  newer: Promise<unknown> | null,
): Promise<void> {
  // First the query takes the kept answer, which this call is part of.
  await new Promise((resolve) => setTimeout(resolve));
  // Another's query of the same name is not this one.
  if (account() !== reader) return;
  const query = queryClient.getQueryCache().find({ queryKey, exact: true });
  if (query === undefined) return;
  query.setState({ dataUpdatedAt: atMs });
  if (newer === null) return;
  try {
    const value = await newer;
    if (account() !== reader) return;
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
    const isNews = error instanceof ApiProblem && error.code !== "network" && !isSignedOut(error);
    if (isNews && account() === reader) {
      query.setState({ status: "error", error });
    }
  }
}
