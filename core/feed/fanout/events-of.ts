import type { z } from "zod";

import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { LogRecord, Mutation } from "../../tao/log.ts";
import { ASSOC, type authoredPayload, OBJECT } from "../../tao/registry.ts";
import type { AssocType, ObjectType } from "../../tao/types.ts";
import type { Version } from "../../tao/version.ts";
import { handlesIn } from "../notifications/notes.ts";
import { parseComment, type PostPayload, toId } from "../views.ts";
import type { GraphEvent, ViewerRelation } from "./events.ts";

type Edge = Extract<Mutation, { kind: "assoc" }>;
/** An event without its place in the log. */
type Meant = GraphEvent extends infer E
  ? E extends GraphEvent
    ? Omit<E, "at" | "fromMs">
    : never
  : never;

/**
 * What one log record means for feeds. An edge that is much older than its commit comes from
 * an import: nobody waits for it, so it means nothing. A removal always does.
 */
export function eventsOf(record: LogRecord): GraphEvent[] {
  const { epoch, timeMs: fromMs } = record;
  const oldestMs = fromMs - LIMITS.fanoutAgeMaxMs;
  const added = new AddedObjects(record);
  const events: GraphEvent[] = [];
  for (const { seq, mutation } of record.entries) {
    if (mutation.kind !== "assoc") continue;
    const isOld = mutation.data !== null && mutation.timeMs < oldestMs;
    // How an old post's audience changes is news all the same.
    if (isOld && mutation.atype !== ASSOC.authored) continue;
    const at: Version = { epoch, seq };
    for (const meant of meaningOf(mutation, added, isOld)) events.push({ at, fromMs, ...meant });
  }
  return events;
}

function meaningOf(edge: Edge, added: AddedObjects, isOld: boolean): readonly Meant[] {
  const { id1, atype, id2, data, timeMs, count } = edge;
  const on = data !== null;
  const relation = RELATIONS.get(atype);
  const related: Meant[] =
    relation === undefined ? [] : [{ kind: "related", viewer: id1, other: id2, relation, on }];
  const acted = (act: Act, actor: Id | null, by: Id | null = null): Meant => ({
    kind: "acted",
    act,
    actor,
    target: id1,
    by,
    timeMs,
    on,
  });
  switch (atype) {
    case ASSOC.authored:
      return authored(edge, added, isOld);
    case ASSOC.friends:
      return [...related, acted("friend", id2)];
    case ASSOC.settings:
      return [{ kind: "settings", viewer: id1 }];
    case ASSOC.likedBy:
      return [{ kind: "counted", post: id1, of: "reactions", count }, acted("like", id2)];
    case ASSOC.comments:
      return [
        { kind: "counted", post: id1, of: "comments", count },
        acted("comment", commenter(id2, added), id2),
      ];
    case ASSOC.repostedBy:
      return [{ kind: "counted", post: id1, of: "reposts", count }, acted("repost", id2)];
    case ASSOC.followedBy:
      return [acted("follow", id2)];
    case ASSOC.requestedBy:
      return [acted("friend_request", id2)];
    default:
      return related;
  }
}

type Act = Extract<GraphEvent, { kind: "acted" }>["act"];

const RELATIONS: ReadonlyMap<AssocType, ViewerRelation> = new Map([
  [ASSOC.follows, "follows"],
  [ASSOC.friends, "friends"],
  [ASSOC.blocks, "blocks"],
  [ASSOC.blockedBy, "blockedBy"],
  [ASSOC.mutes, "mutes"],
]);

/** A place in an author's list: new together with its post, else another audience, or gone. */
function authored(edge: Edge, added: AddedObjects, isOld: boolean): readonly Meant[] {
  const { id1: author, id2: post, data, timeMs } = edge;
  if (data === null) return [{ kind: "unposted", post, author }];
  const { a: audience = 0, r, q } = parseAuthored(data);
  const written = added.get(post, OBJECT.post);
  if (written === null) return [{ kind: "audience", post, author, timeMs, audience }];
  if (isOld) return [];
  const repostOf = r === undefined ? null : toId(r);
  const quoteOf = q === undefined ? null : toId(q);
  const posted = { kind: "posted", post, author, timeMs, audience, repostOf, quoteOf } as const;
  return [mayMention(written) ? posted : { ...posted, isPlain: true }];
}

const mayMention = (data: string): boolean =>
  handlesIn((JSON.parse(data) as PostPayload).text).length > 0;

/** Payloads are checked when they are written, so reading trusts them. */
const parseAuthored = (data: string): z.infer<typeof authoredPayload> =>
  data === "" ? {} : (JSON.parse(data) as z.infer<typeof authoredPayload>);

function commenter(comment: Id, added: AddedObjects): Id | null {
  const data = added.get(comment, OBJECT.comment);
  return data === null ? null : toId(parseComment(data).authorId);
}

/** Objects that one record added. Indexed once, when first asked: a record of an import has thousands. */
class AddedObjects {
  readonly #record: LogRecord;
  #byId: Map<Id, Extract<Mutation, { kind: "object" }>> | null = null;

  constructor(record: LogRecord) {
    this.#record = record;
  }

  /** JSON text; null when it added none of that id and type. */
  get(id: Id, otype: ObjectType): string | null {
    this.#byId ??= new Map(
      this.#record.entries.flatMap(({ prev, mutation }) =>
        mutation.kind === "object" && prev === null ? [[mutation.id, mutation] as const] : [],
      ),
    );
    const found = this.#byId.get(id);
    return found?.otype === otype ? found.data : null;
  }
}
