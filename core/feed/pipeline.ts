import type { Id } from "../ids.ts";
import { ok } from "../result.ts";
import { compareListOrder, type ListCursor } from "../tao/types.ts";
import type { Call, Outcome } from "./call.ts";
import { fillPage, type Page } from "./paging.ts";
import type { Post } from "./schemas.ts";
import { judge } from "./stages/filter.ts";
import type { RecentReactions } from "./stages/home-viewer.ts";
import { hydrate, type World } from "./stages/hydrate.ts";
import { placeOnce } from "./stages/select.ts";
import { authored, type Candidate } from "./stages/sources.ts";
import type { Standing } from "./standing.ts";
import type { Surface } from "./visibility.ts";

export interface TimelineRequest {
  readonly authors: readonly Id[];
  readonly standing: Standing;
  readonly reactions: RecentReactions;
  readonly surface: Surface;
  readonly after: ListCursor | null;
  /** The last place that may be on the page; absent or null: any. */
  readonly until?: ListCursor | null;
  readonly limit: number;
}

/**
 * The stages that decide what is on a page: sources → hydrate → filter, again while the
 * page is not full, and the selection of one entry per content. Scoring and side effects
 * follow in the use-case, once per page.
 */
export function timeline(call: Call, request: TimelineRequest): Outcome<Page<Post>> {
  const { surface, after, until = null, limit } = request;
  return fillPage<Post>({
    limit,
    after,
    place: placeOnce,
    load: async (from, count) => {
      const read = await readStretch(call, request, from, count);
      if (!read.ok) return read;
      const { candidates, world, more } = read.value;
      const within = candidates.filter(
        ({ at }) => until === null || compareListOrder(at, until) <= 0,
      );
      const entries = within.map((candidate) => ({
        at: candidate.at,
        ...judge(candidate, world, surface),
      }));
      return ok({ entries, more: more && within.length === candidates.length });
    },
  });
}

/** Neighbours in time, and all that the rules and the rendering need of them. */
export interface Stretch {
  readonly candidates: readonly Candidate[];
  readonly world: World;
  readonly more: boolean;
}

/** The stages sources → hydrate, once. */
export async function readStretch(
  call: Call,
  { authors, standing, reactions }: Pick<TimelineRequest, "authors" | "standing" | "reactions">,
  after: ListCursor | null,
  count: number,
): Outcome<Stretch> {
  const found = await authored(call, authors, after, count);
  if (!found.ok) return found;
  const { candidates, users, more } = found.value;
  const world = await hydrate(call, candidates, { standing, users, reactions });
  return world.ok ? ok({ candidates, world: world.value, more }) : world;
}
