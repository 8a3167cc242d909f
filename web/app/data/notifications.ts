import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { requests } from "../../../client/requests.ts";
import { api } from "./api.ts";
import { submit } from "./outbox.ts";
import { paging } from "./paging.ts";
import { queryClient } from "./query-client.ts";
import { LATER_PAGE, viaL1 } from "./via-l1.ts";

const PAGE = 30;

export const useNotifications = () =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["notifications"],
    queryFn: ({ pageParam: cursor, queryKey }) =>
      api().notifications(
        { cursor, limit: PAGE },
        cursor === undefined ? viaL1(queryKey) : LATER_PAGE,
      ),
    staleTime: 0,
  });

/** Groups that are not read, as the server counts them: at most 99. */
export const useUnread = () =>
  useQuery({ queryKey: ["unread"], queryFn: () => api().unread(), staleTime: 30_000 });

/** Everything up to then has been on a screen. */
export async function markRead(upToMs: number): Promise<void> {
  queryClient.setQueryData(["unread"], { unread: 0 });
  await submit({
    request: requests.markRead(upToMs),
    setting: { name: "read", from: null, to: String(upToMs) },
    about: { kind: "read", upToMs },
  });
}
