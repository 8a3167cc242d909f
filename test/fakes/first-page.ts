import type { PageWish } from "../../core/feed/cache/service.ts";
import { DEFAULT_WEIGHING } from "../../core/ranking/weighing.ts";

/** The first page of a feed in the order of time, for a client that wrote nothing. */
export const FIRST_PAGE: PageWish = {
  limit: 20,
  after: null,
  wrote: [],
  mode: "latest",
  segment: null,
  weighing: DEFAULT_WEIGHING,
};
