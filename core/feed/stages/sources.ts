import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { ok } from "../../result.ts";
import { ASSOC } from "../../tao/registry.ts";
import type { UnionEntry } from "../../tao/union.ts";
import type { ListCursor } from "../../tao/types.ts";
import type { Call, Outcome } from "../call.ts";
import type { User } from "../schemas.ts";
import { required } from "../stage.ts";
import { type StoredPost, storedPost, toId, userView } from "../views.ts";

/** A place in some author's list, before any rule. */
export interface Candidate {
  readonly at: ListCursor;
  /** null: the post is deleted. */
  readonly post: StoredPost | null;
  /** The post that this one reposts or quotes. */
  readonly original: Id | null;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  readonly more: boolean;
  /** Authors that came with the candidates. */
  readonly users: ReadonlyMap<Id, User>;
}

const COUNTS = [ASSOC.likedBy, ASSOC.comments, ASSOC.repostedBy] as const;

/** Source "authors": the newest posts of `authors` below `after`, one call per shard. Fails closed. */
export async function authored(
  call: Call,
  authors: readonly Id[],
  after: ListCursor | null,
  count: number,
): Outcome<Candidates> {
  if (authors.length === 0) return ok({ candidates: [], more: false, users: new Map() });
  const limit = Math.min(count, LIMITS.listEntriesMax);
  const request = { id1s: authors, atype: ASSOC.authored, after, limit, counts: COUNTS };
  const merged = await required(call, () => call.tao.union(request));
  if (!merged.ok) return merged;

  const { entries, more, owners } = merged.value;
  const users = new Map([...owners].map(([id, json]) => [id, userView(id, json)]));
  return ok({ candidates: entries.map(fromEntry), more, users });
}

function fromEntry(entry: UnionEntry): Candidate {
  const at = { timeMs: entry.timeMs, id2: entry.id2 };
  if (entry.object === null) return { at, post: null, original: null };
  const [reactions = 0, comments = 0, reposts = 0] = entry.counts;
  return candidate(at, storedPost(entry.id2, entry.object, { reactions, comments, reposts }));
}

export function candidate(at: ListCursor, post: StoredPost): Candidate {
  const original = post.payload.repostOf ?? post.payload.quoteOf;
  return { at, post, original: original === undefined ? null : toId(original) };
}
