import { ASSOC } from "../../../core/tao/registry.ts";
import type { FollowerService, ReadRequest } from "../../../core/tao/service.ts";
import type { Id } from "../../../core/ids.ts";
import { encodeUnionRequest } from "../../../core/tao/union.ts";

/** People that are loaded, each with so many posts. */
export const AUTHORS = 50;
export const POSTS_EACH = 40;

/** One call of a follower: what is asked, and how. */
export interface Shape {
  readonly request: unknown;
  readonly ask: (follower: FollowerService) => Promise<unknown>;
}

const reading = (request: ReadRequest): Shape => ({
  request,
  ask: (follower) => follower.read(request),
});

/** The calls that the product makes most. */
export function shapesOf(authors: readonly Id[]): Readonly<Record<string, Shape>> {
  const [first] = authors;
  if (first === undefined) throw new Error("nobody was loaded");
  const page = { op: "assocRange", atype: ASSOC.authored, after: null, limit: 20 } as const;
  const union = encodeUnionRequest({
    id1s: authors.slice(0, 10),
    atype: ASSOC.authored,
    after: null,
    limit: 20,
    counts: [ASSOC.likedBy],
    atLeast: null,
  });
  return {
    object: reading({ reads: [{ op: "objGet", id: first }], atLeast: null }),
    list: reading({ reads: [{ ...page, id1: first }], atLeast: null }),
    "50 objects": reading({ reads: authors.map((id) => ({ op: "objGet", id })), atLeast: null }),
    feed: { request: union, ask: (follower) => follower.union(union) },
  };
}
