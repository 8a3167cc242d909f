import type { Effects } from "../degradation/effects.ts";
import type { FeedRequest } from "./service.ts";
import type { HomeViewer } from "./stages/home-viewer.ts";
import type { Id } from "../ids.ts";

/** A feed goes on in the order that its first page had, whatever has become of the level since. */
export const orderedBy = (
  { order }: Pick<Effects, "order">,
  request: Pick<FeedRequest, "mode" | "cursor">,
): Pick<FeedRequest, "mode"> =>
  order === "latest" && request.cursor === undefined ? { mode: "latest" } : { mode: request.mode };

/** Of whose posts a page is made that no cache has: of few people, on few shards. */
export function withSources(
  { sources }: Pick<Effects, "sources">,
  viewer: Id,
  facts: HomeViewer,
): HomeViewer {
  if (sources === "all") return facts;
  const { friends } = facts.standing;
  return { ...facts, authors: facts.authors.filter((id) => id === viewer || friends.has(id)) };
}
