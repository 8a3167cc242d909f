import type { Effects } from "../degradation/effects.ts";
import type { FeedRequest } from "./service.ts";

/** A feed goes on in the order that its first page had, whatever has become of the level since. */
export const orderedBy = (
  { order }: Pick<Effects, "order">,
  request: Pick<FeedRequest, "mode" | "cursor">,
): Pick<FeedRequest, "mode"> =>
  order === "latest" && request.cursor === undefined ? { mode: "latest" } : { mode: request.mode };
