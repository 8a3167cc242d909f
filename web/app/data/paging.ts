/** Posts on one page of a feed or a profile. */
export const FEED_PAGE = 20;

export const nextCursor = (page: { readonly cursor: string | null }): string | undefined =>
  page.cursor ?? undefined;

export const paging = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: nextCursor,
};
