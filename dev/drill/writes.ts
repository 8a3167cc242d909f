import type { Id, LogicalShard } from "../../core/ids.ts";
import { ASSOC, OBJECT } from "../../core/tao/registry.ts";
import type { PhysicalShard } from "../../core/tao/shard-map.ts";
import { resultId, type Write } from "../../core/tao/types.ts";
import type { Version } from "../../core/tao/version.ts";
import type { GraphBatch } from "../operator/api.ts";

/** One writer, on a shard of its own: a user whose list of posts grows. */
export interface Lane {
  readonly shard: PhysicalShard;
  readonly home: LogicalShard;
  readonly root: Id;
}

/** An acknowledged write: the post it made, and where the log has it. */
export interface Ack {
  readonly lane: number;
  readonly n: number;
  readonly opId: string;
  readonly post: Id;
  readonly version: Version;
  /** Post of another shard that it liked: the inverse edge must come to be there. */
  readonly liked: Id | null;
}

/** Every so many writes a lane likes a post of its neighbour, on another shard. */
const LIKE_EVERY = 4;

export const rootBatch = (home: LogicalShard, opId: string): GraphBatch => {
  const data = { handle: "drill", name: "drill", bio: "", avatar: null, createdAtMs: 1 };
  const writes: Write[] = [
    { op: "objAdd", otype: OBJECT.user, shard: home, data: JSON.stringify(data) },
  ];
  return { shard: home, opId, writes };
};

export const opIdOf = (run: string, lane: number, n: number): string => `${run}:${lane}:${n}`;

/** The same batch for the same arguments: what may have happened is asked for again by its opId. */
export function batchOf(
  { home, root }: Lane,
  opId: string,
  n: number,
  neighbours: Id | null,
): { readonly batch: GraphBatch; readonly liked: Id | null } {
  const liked = n % LIKE_EVERY === 0 ? neighbours : null;
  const writes: Write[] = [
    { op: "objAdd", otype: OBJECT.post, shard: home, data: postData(root, opId) },
    {
      op: "assocAdd",
      id1: root,
      atype: ASSOC.authored,
      id2: resultId(0),
      timeMs: n + 1,
      data: "",
    },
  ];
  if (liked !== null)
    writes.push({
      op: "assocAdd",
      id1: root,
      atype: ASSOC.likes,
      id2: liked,
      timeMs: n + 1,
      data: "",
    });
  return { batch: { shard: home, opId, writes }, liked };
}

/** What the post of an acknowledged write says: its own opId. */
export const postData = (root: Id, opId: string): string =>
  JSON.stringify({
    authorId: root.toString(),
    text: opId,
    audience: "public",
    media: [],
    createdAtMs: 1,
  });
