import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { OwnList, UserList } from "../../../core/feed/service.ts";
import { api, ownList } from "./api.ts";

const PAGE = 20;
/** Looks for newer posts while the tab is visible; they never move what is being read. */
const HEAD_POLL_MS = 60_000;

const nextCursor = (page: { readonly cursor: string | null }): string | undefined =>
  page.cursor ?? undefined;
const paging = { initialPageParam: undefined as string | undefined, getNextPageParam: nextCursor };

export const useFeed = () =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["feed"],
    queryFn: ({ pageParam }) => api.feed({ cursor: pageParam, limit: PAGE }),
    // Only the reader refreshes the feed: a refetch on its own would move the page.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useFeedHead = () =>
  useQuery({
    queryKey: ["feed-head"],
    queryFn: () => api.feed({ limit: PAGE }),
    refetchInterval: HEAD_POLL_MS,
    refetchOnMount: false,
    // The feed itself has just been read when this page opens.
    initialData: null,
    initialDataUpdatedAt: () => Date.now(),
    staleTime: HEAD_POLL_MS,
  });

export const usePostsOf = (handle: string, enabled: boolean) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["posts-of", handle],
    queryFn: ({ pageParam }) => api.userPosts(handle, { cursor: pageParam, limit: PAGE }),
    enabled,
  });

export const usePost = (id: string) =>
  useQuery({ queryKey: ["post", id], queryFn: () => api.post(id) });

export const useComments = (postId: string) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["comments", postId],
    queryFn: ({ pageParam }) => api.comments(postId, { cursor: pageParam }),
  });

export const useReactions = (postId: string) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["reactions", postId],
    queryFn: ({ pageParam }) => api.postReactions(postId, { cursor: pageParam }),
    staleTime: 0,
  });

export const useProfile = (user: string) =>
  useQuery({ queryKey: ["profile", user], queryFn: () => api.profile(user) });

export const useUsers = (user: string, list: UserList) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["users", user, list],
    queryFn: ({ pageParam }) => api[list](user, { cursor: pageParam }),
  });

export const useOwnList = (list: OwnList) =>
  useInfiniteQuery({
    ...paging,
    queryKey: ["own", list],
    queryFn: ({ pageParam }) => ownList(list, pageParam),
  });

export const useSuggested = () =>
  useQuery({ queryKey: ["suggested"], queryFn: () => api.suggestedUsers(), staleTime: 300_000 });

export const useSettings = () =>
  useQuery({ queryKey: ["settings"], queryFn: () => api.settings() });

export const useDemoUsers = () =>
  useQuery({ queryKey: ["demo"], queryFn: () => api.demoUsers(), staleTime: 300_000 });
