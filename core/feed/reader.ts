import type { Failure } from "../errors.ts";
import type { Id } from "../ids.ts";
import { ok, type Result } from "../result.ts";
import { ASSOC, OBJECT } from "../tao/registry.ts";
import type { Tao } from "../tao/tao.ts";
import type { AssocType } from "../tao/types.ts";
import { readGroups } from "./read-groups.ts";
import type { User } from "./schemas.ts";
import { type StoredPost, storedPost, userView } from "./views.ts";

const objects = (ids: readonly Id[]) => ids.map((id) => ({ op: "objGet", id }) as const);
export const counts = (ids: readonly Id[], atype: AssocType) =>
  ids.map((id1) => ({ op: "assocCount", id1, atype }) as const);

/** Posts with their counts, by id; what is deleted or no post is missing. One wave. */
export async function readPosts(
  tao: Tao,
  ids: readonly Id[],
): Promise<Result<ReadonlyMap<Id, StoredPost>, Failure>> {
  const found = await readGroups(tao, {
    objects: objects(ids),
    reactions: counts(ids, ASSOC.likedBy),
    comments: counts(ids, ASSOC.comments),
    reposts: counts(ids, ASSOC.repostedBy),
  });
  if (!found.ok) return found;

  const { reactions, comments, reposts } = found.value;
  const posts = new Map<Id, StoredPost>();
  for (const [index, { object }] of found.value.objects.entries()) {
    if (object?.otype !== OBJECT.post) continue;
    const postCounts = {
      reactions: reactions[index]?.count ?? 0,
      comments: comments[index]?.count ?? 0,
      reposts: reposts[index]?.count ?? 0,
    };
    posts.set(object.id, storedPost(object.id, object.data, postCounts));
  }
  return ok(posts);
}

/** Users by id; what is deleted or no user is missing. */
export async function readUsers(
  tao: Tao,
  ids: readonly Id[],
): Promise<Result<ReadonlyMap<Id, User>, Failure>> {
  const found = await readGroups(tao, { users: objects([...new Set(ids)]) });
  if (!found.ok) return found;
  const users = found.value.users.flatMap(({ object }) =>
    object?.otype === OBJECT.user ? [[object.id, userView(object.id, object.data)] as const] : [],
  );
  return ok(new Map(users));
}
