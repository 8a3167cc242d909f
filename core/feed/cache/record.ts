import { formatId, type Id } from "../../ids.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import type { ListCursor } from "../../tao/types.ts";
import type { Version } from "../../tao/version.ts";
import type { PostCounts, PostPayload, StoredPost } from "../views.ts";
import { toId } from "../views.ts";
import type { ReactionKind, Settings, User } from "../schemas.ts";
import { parseRanges, type RankContext, rangesData } from "../ranked/context.ts";
import type { Scores, Scoring } from "../ranked/scores.ts";
import type { RecentReactions } from "../stages/home-viewer.ts";
import type { Standing } from "../standing.ts";
import type { HideRule } from "../visibility.ts";

/** A post and its author, as a build read them or an event brought them. */
export interface CellContent {
  readonly post: StoredPost;
  readonly user: User;
}

/** A place in the feed. */
export interface RecordSlot {
  readonly at: ListCursor;
  /** What the post reposts or quotes. */
  readonly original: Id | null;
  /** What hid it when the entry was built; only its count is of interest then. */
  readonly rule: HideRule | null;
}

/**
 * A viewer's feed as it was read from the graph: everything that its pages need, for as long as an
 * entry lives. What came since is in the events of the viewer's bucket.
 */
export interface EntryRecord {
  readonly viewer: Id;
  /** Unix ms by the bucket's clock, before anything was read. */
  readonly builtMs: number;
  /** Of the viewer's shard: all up to here is reflected; null: nothing is known. */
  readonly since: Version | null;
  /** The same of every shard that the client of the build had written to. */
  readonly wrote: ReadonlyMap<PhysicalShard, Version>;
  /** Nothing of the viewer's shard in it is newer. */
  readonly upTo: Version | null;
  /** The ticket that the build handed out. */
  readonly ticket: string;
  readonly feedMode: Settings["feedMode"];
  readonly standing: Standing;
  readonly reactions: RecentReactions;
  /** What scores need to know of the viewer. */
  readonly ranking: RankContext;
  /** null: the feed was not read to be ranked, so nobody was asked. */
  readonly scores: Scores | null;
  /** Newest first, without what nobody may know of. */
  readonly slots: readonly RecordSlot[];
  /** Nothing above this place is missing, nor at it; null: nothing at all. */
  readonly floor: ListCursor | null;
  readonly cells: ReadonlyMap<Id, CellContent>;
}

type Place = readonly [timeMs: number, id: string];
type Pair = readonly [epoch: number, seq: number];
interface Wire {
  readonly viewer: string;
  readonly builtMs: number;
  readonly since: Pair | null;
  readonly wrote: readonly (readonly [shard: number, epoch: number, seq: number])[];
  readonly upTo: Pair | null;
  readonly ticket: string;
  readonly feedMode: Settings["feedMode"];
  readonly standing: Readonly<Record<Relation, string>> & { readonly covers: string | null };
  /** `completeAfterMs` null: complete for nothing; -1: for everything. */
  readonly reactions: {
    readonly kinds: readonly (readonly [id: string, kind: ReactionKind])[];
    readonly completeAfterMs: number | null;
  };
  readonly seen: string;
  readonly feedback: readonly (readonly [author: string, kind: "more" | "less"])[];
  readonly scores:
    | (Scoring & { readonly of: readonly (readonly [id: string, ...probabilities: number[]])[] })
    | null;
  readonly slots: readonly (readonly [
    timeMs: number,
    id: string,
    original: string,
    rule: HideRule | "",
  ])[];
  readonly floor: Place | null;
  readonly users: readonly User[];
  readonly posts: readonly (readonly [id: string, payload: PostPayload, counts: PostCounts])[];
}

const RELATIONS = ["follows", "friends", "blocks", "blockedBy", "mutes"] as const;
type Relation = (typeof RELATIONS)[number];

/** JSON text: what crosses to the bucket, and what it stores. */
export function encodeRecord(record: EntryRecord): string {
  const { viewer, since, wrote, upTo, standing, reactions, slots, floor, cells } = record;
  const users = new Map([...cells.values()].map(({ user }) => [user.id, user]));
  const wire: Wire = {
    viewer: formatId(viewer),
    builtMs: record.builtMs,
    since: since && [since.epoch, since.seq],
    wrote: [...wrote].map(([shard, { epoch, seq }]) => [shard, epoch, seq]),
    upTo: upTo && [upTo.epoch, upTo.seq],
    ticket: record.ticket,
    feedMode: record.feedMode,
    standing: {
      ...(Object.fromEntries(
        RELATIONS.map((relation) => [relation, idsText(standing[relation])]),
      ) as Record<Relation, string>),
      covers: standing.covers && idsText(standing.covers),
    },
    reactions: {
      kinds: [...reactions.kinds].map(([id, kind]) => [formatId(id), kind]),
      completeAfterMs: wireTime(reactions.completeAfterMs),
    },
    seen: rangesData(record.ranking.seen),
    feedback: [...record.ranking.feedback].map(([author, kind]) => [formatId(author), kind]),
    scores: record.scores && {
      ...record.scores,
      of: [...record.scores.of].map(([id, row]) => [formatId(id), ...row]),
    },
    slots: slots.map(({ at, original, rule }) => [
      at.timeMs,
      formatId(at.id2),
      original === null ? "" : formatId(original),
      rule ?? "",
    ]),
    floor: floor && [floor.timeMs, formatId(floor.id2)],
    users: [...users.values()],
    posts: [...cells].map(([id, { post }]) => [formatId(id), post.payload, post.counts]),
  };
  return JSON.stringify(wire);
}

/** Of text that `encodeRecord` made: it comes from this service alone. @throws on anything else. */
export function decodeRecord(text: string): EntryRecord {
  const wire = JSON.parse(text) as Wire;
  const { since, upTo, standing, reactions, floor } = wire;
  const viewer = toId(wire.viewer);
  const users = new Map(wire.users.map((user) => [user.id, user]));
  const cells = new Map<Id, CellContent>();
  for (const [key, payload, counts] of wire.posts) {
    const user = users.get(payload.authorId);
    if (user === undefined) continue;
    const id = toId(key);
    cells.set(id, { post: { id, author: toId(payload.authorId), payload, counts }, user });
  }
  return {
    viewer,
    builtMs: wire.builtMs,
    since: since && { epoch: since[0], seq: since[1] },
    wrote: new Map(wire.wrote.map(([shard, epoch, seq]) => [shard, { epoch, seq }])),
    upTo: upTo && { epoch: upTo[0], seq: upTo[1] },
    ticket: wire.ticket,
    feedMode: wire.feedMode,
    standing: {
      viewer,
      follows: idsOf(standing.follows),
      friends: idsOf(standing.friends),
      blocks: idsOf(standing.blocks),
      blockedBy: idsOf(standing.blockedBy),
      mutes: idsOf(standing.mutes),
      covers: standing.covers === null ? null : idsOf(standing.covers),
    },
    reactions: {
      kinds: new Map(reactions.kinds.map(([id, kind]) => [toId(id), kind])),
      completeAfterMs: timeOf(reactions.completeAfterMs),
    },
    ranking: {
      seen: parseRanges(wire.seen),
      feedback: new Map(wire.feedback.map(([author, kind]) => [toId(author), kind])),
    },
    scores: wire.scores && {
      ...wire.scores,
      of: new Map(wire.scores.of.map(([id, ...row]) => [toId(id), row])),
    },
    slots: wire.slots.map(([timeMs, id, original, rule]) => ({
      at: { timeMs, id2: toId(id) },
      original: original === "" ? null : toId(original),
      rule: rule === "" ? null : rule,
    })),
    floor: floor && { timeMs: floor[0], id2: toId(floor[1]) },
    cells,
  };
}

const NOBODY: ReadonlySet<Id> = new Set();
const idsText = (ids: ReadonlySet<Id>): string => [...ids].join(",");
/** Most sets are empty: those are one. */
const idsOf = (text: string): ReadonlySet<Id> =>
  text === "" ? NOBODY : new Set(text.split(",").map(toId));

/** JSON knows no infinity. */
const wireTime = (ms: number): number | null =>
  ms === Infinity ? null : ms === -Infinity ? -1 : ms;
const timeOf = (ms: number | null): number => (ms === null ? Infinity : ms === -1 ? -Infinity : ms);
