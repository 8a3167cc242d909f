import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { OwnList, UserList } from "../../../core/feed/service.ts";
import { api, ownList } from "./api.ts";
import { FEED_PAGE, paging } from "./paging.ts";
import { LATER_PAGE, viaL1 } from "./via-l1.ts";

/** The first page shows what is kept until it has been read anew. */
const callFor = (queryKey: readonly unknown[], cursor: string | undefined) =>
  cursor === undefined ? viaL1(queryKey) : LATER_PAGE;

export const usePostsOf = (handle: string, enabled: boolean) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["posts-of", handle],
    queryFn: ({ pageParam: cursor, queryKey }) =>
      api().userPosts(handle, { cursor, limit: FEED_PAGE }, callFor(queryKey, cursor)),
    enabled,
  });

export const usePost = (id: string) =>
  useQuery({
    queryKey: ["post", id],
    queryFn: ({ queryKey }) => api().post(id, viaL1(queryKey)),
  });

export const useComments = (postId: string) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["comments", postId],
    queryFn: ({ pageParam: cursor, queryKey }) =>
      api().comments(postId, { cursor }, callFor(queryKey, cursor)),
  });

export const useReactions = (postId: string) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["reactions", postId],
    queryFn: ({ pageParam }) => api().postReactions(postId, { cursor: pageParam }),
    staleTime: 0,
  });

export const useProfile = (user: string) =>
  useQuery({
    queryKey: ["profile", user],
    queryFn: ({ queryKey }) => api().profile(user, viaL1(queryKey)),
  });

export const useUsers = (user: string, list: UserList) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["users", user, list],
    queryFn: ({ pageParam: cursor, queryKey }) =>
      api()[list](user, { cursor }, callFor(queryKey, cursor)),
  });

export const useOwnList = (list: OwnList) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["own", list],
    queryFn: ({ pageParam: cursor, queryKey }) => ownList(list, cursor, callFor(queryKey, cursor)),
  });

export const useSuggested = () =>
  useQuery({
    queryKey: ["suggested"],
    queryFn: ({ queryKey }) => api().suggestedUsers(viaL1(queryKey)),
    staleTime: 300_000,
  });

export const useSettings = () =>
  useQuery({
    queryKey: ["settings"],
    queryFn: ({ queryKey }) => api().settings(viaL1(queryKey)),
  });

export const useDemoUsers = () =>
  useQuery({ queryKey: ["demo"], queryFn: () => api().demoUsers(), staleTime: 300_000 });
