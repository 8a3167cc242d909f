import { z } from "zod";

import { type Id, parseId } from "../../ids.ts";
import type { TraceContext } from "../../telemetry/trace.ts";
import type { Version } from "../../tao/version.ts";
import type { Cell, PushedPost } from "../cache/port.ts";
import type { GraphEvent } from "./events.ts";

/** Of a post, for everybody who has it. */
export interface Count {
  readonly at: Version;
  readonly post: Id;
  readonly of: "reactions" | "comments" | "reposts";
  readonly count: number;
}

/** For whom a post is from some place of its log on: an index into AUDIENCES, or nobody. */
export interface Revocation {
  readonly at: Version;
  readonly post: Id;
  readonly audience: number | null;
}

/** A viewer's entries are void that do not reflect this place of their shard's log. */
export interface Forgotten {
  readonly at: Version;
  readonly viewer: Id;
}

/** A change of how a viewer stands to somebody. `hide`: what the other wrote may have to go. */
export interface Change extends Forgotten {
  readonly other: Id;
  readonly hide: boolean;
}

/** Something that a person may have to be told of. */
export type Noted = Extract<GraphEvent, { kind: "acted" | "posted" }>;

/** What one chunk is about: work that can be done any number of times, in any order. */
export interface Work {
  readonly pushes: readonly { readonly pushed: PushedPost; readonly viewers: readonly Id[] }[];
  readonly announces: readonly PushedPost[];
  readonly revokes: readonly Revocation[];
  readonly counts: readonly Count[];
  readonly changes: readonly Change[];
  /** For another reason, such as settings. */
  readonly forgets: readonly Forgotten[];
  readonly notes: readonly Noted[];
  /** Of a sampled post. */
  readonly trace?: TraceContext | undefined;
}

export const NO_WORK: Work = {
  pushes: [],
  announces: [],
  revokes: [],
  counts: [],
  changes: [],
  forgets: [],
  notes: [],
};

const id = z
  .string()
  .transform(parseId)
  .refine((value) => value !== null, "an id")
  .transform((value): Id => value ?? (0n as Id));
const at = z.object({ epoch: z.int(), seq: z.int() });
const timeMs = z.int();
const cell: z.ZodType<Cell, unknown> = z.object({
  id,
  author: id,
  post: z.string(),
  user: z.string(),
  reactions: z.int(),
  comments: z.int(),
  reposts: z.int(),
});
const pushed: z.ZodType<PushedPost, unknown> = z.object({
  cell,
  timeMs,
  original: cell.nullable(),
});

const trace = z.object({ trace: z.string(), span: z.string(), state: z.string().exactOptional() });
const base = { at, fromMs: z.int(), trace: trace.optional() };
const posted = z.object({
  ...base,
  kind: z.literal("posted"),
  post: id,
  author: id,
  timeMs,
  audience: z.int(),
  repostOf: id.nullable(),
  quoteOf: id.nullable(),
  isPlain: z.literal(true).optional(),
});
const acted = z.object({
  ...base,
  kind: z.literal("acted"),
  act: z.enum(["like", "comment", "repost", "follow", "friend_request", "friend"]),
  actor: id.nullable(),
  target: id,
  by: id.nullable(),
  timeMs,
  on: z.boolean(),
});
const countOf = z.enum(["reactions", "comments", "reposts"]);
const event: z.ZodType<GraphEvent, unknown> = z.discriminatedUnion("kind", [
  posted,
  acted,
  z.object({
    ...base,
    kind: z.literal("audience"),
    post: id,
    author: id,
    timeMs,
    audience: z.int(),
  }),
  z.object({ ...base, kind: z.literal("unposted"), post: id, author: id }),
  z.object({
    ...base,
    kind: z.literal("related"),
    viewer: id,
    other: id,
    relation: z.enum(["follows", "friends", "blocks", "blockedBy", "mutes"]),
    on: z.boolean(),
  }),
  z.object({ ...base, kind: z.literal("settings"), viewer: id }),
  z.object({ ...base, kind: z.literal("counted"), post: id, of: countOf, count: z.int() }),
]);

const work: z.ZodType<Work, unknown> = z.object({
  pushes: z.array(z.object({ pushed, viewers: z.array(id) })),
  announces: z.array(pushed),
  revokes: z.array(z.object({ at, post: id, audience: z.int().nullable() })),
  counts: z.array(z.object({ at, post: id, of: countOf, count: z.int() })),
  changes: z.array(z.object({ at, viewer: id, other: id, hide: z.boolean() })),
  forgets: z.array(z.object({ at, viewer: id })),
  notes: z.array(z.discriminatedUnion("kind", [posted, acted])),
  trace: trace.optional(),
});

/** One message of the queue, as it may arrive: from an older version of this code too. */
export const messageSchema = z.object({
  shard: z.int().min(0),
  chunk: z.int().min(0),
  work: z.string(),
  fromMs: z.int(),
});

/** JSON text with ids as decimal text. */
const encode = (value: object): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? `${part}` : part));

export const encodeEvent = (one: GraphEvent): string => encode(one);
export const decodeEvent = (text: string): GraphEvent => event.parse(JSON.parse(text));
export const encodeWork = (one: Work): string => encode(one);
/** @returns null for a text that `encodeWork` did not make. */
export function decodeWork(text: string): Work | null {
  try {
    return work.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
