import type { Failure } from "../errors.ts";
import { ok, type Result } from "../result.ts";
import { FollowerCache } from "./follower-cache.ts";
import { answerUnion } from "./follower-union.ts";
import { View, type Needs } from "./follower-view.ts";
import type { ReadMany } from "./read-chunks.ts";
import type { FillRequest, ListPrefix } from "./service.ts";
import type { Read, ReadResult } from "./types.ts";
import {
  decodeUnionResponse,
  encodeUnionLines,
  type UnionRequest,
  type UnionResponse,
} from "./union.ts";
import { unionLists } from "./union-lists.ts";
import { ZERO } from "./version.ts";

/**
 * The newest entries over many lists of one shard, straight from its leader: what a follower
 * does, over a cache that keeps nothing and plain reads instead of fills. Every part of the
 * page was true after the call began; the parts may be of different moments.
 */
export async function unionFromLeader(
  request: UnionRequest,
  read: ReadMany,
): Promise<Result<Omit<UnionResponse, "at">, Failure>> {
  const view = new View(new FollowerCache(0));
  const answer = await answerUnion(request, unionLists(request.id1s, request.atype), view, {
    gather: (needs) => gather(needs, view, read),
    readDeep: read,
  });
  if (!answer.ok) return answer;
  return ok(decodeUnionResponse(encodeUnionLines({ ...answer.value, at: ZERO, staleMs: null })));
}

async function gather(needs: Needs, view: View, read: ReadMany): Promise<Failure | null> {
  if (needs.isEmpty) return null;
  const request = needs.request();
  const answer = await read(readsOf(request));
  if (!answer.ok) return answer.error;
  view.add(request, fillFrom(request, answer.value));
  return null;
}

/** A list takes two reads: its length, and its newest edges where they are wanted. */
const readsOf = ({ objects, lists }: FillRequest): Read[] => [
  ...objects.map((id): Read => ({ op: "objGet", id })),
  ...lists.flatMap(({ id1, atype, prefix }): Read[] => [
    { op: "assocCount", id1, atype },
    ...(prefix > 0 ? [{ op: "assocRange", id1, atype, after: null, limit: prefix } as const] : []),
  ]),
];

function fillFrom(request: FillRequest, results: readonly ReadResult[]) {
  let place = 0;
  const next = () => results[place++];
  const objects = request.objects.map(() => {
    const result = next();
    return result?.op === "objGet" ? result.object : null;
  });
  const lists = request.lists.map(({ prefix }): ListPrefix => {
    const size = next();
    const page = prefix > 0 ? next() : undefined;
    const count = size?.op === "assocCount" ? size.count : 0;
    if (page?.op !== "assocRange") return { count, version: null, assocs: [] };
    const { assocs, more } = page;
    // The two may be of different moments: whether the page is all is what the page says.
    const length = more ? Math.max(count, assocs.length + 1) : assocs.length;
    return { count: length, version: null, assocs };
  });
  return { objects, lists, points: [], at: ZERO };
}
