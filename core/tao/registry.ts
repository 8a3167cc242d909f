import { z } from "zod";

import { LIMITS } from "../limits.ts";
import type { AssocType, ObjectType } from "./types.ts";

/** One kind of node: its wire code, payload and bound. */
export interface ObjectKind {
  readonly code: ObjectType;
  readonly name: string;
  readonly payload: z.ZodType;
  readonly bytesMax: number;
}

/** One kind of edge. `inverse` is written by the graph itself, on id2's shard. */
export interface AssocKind {
  readonly code: AssocType;
  readonly name: string;
  readonly inverse: AssocType | null;
  /** false for the derived half of a pair: a caller's write to it is refused. */
  readonly writable: boolean;
  /** null: the edge carries no payload. */
  readonly payload: z.ZodType | null;
  readonly bytesMax: number;
  /** Most edges of this type from one id1, with the reason beside each row below. */
  readonly listMax: number;
}

const idText = z.string().regex(/^[0-9]{1,19}$/);
const mediaRef = z.object({
  /** Content hash and extension, as served under /media/. */
  key: z.string().max(80),
  width: z.int().min(1).max(16_384),
  height: z.int().min(1).max(16_384),
  /** Of a video that says so; posts from before there were videos have none. */
  durationMs: z.int().min(1).optional(),
  alt: z.string().max(1_000),
});

export const AUDIENCES = ["public", "followers", "friends", "only_me"] as const;
export const REACTIONS = ["like", "love", "laugh", "wow", "sad"] as const;

export const NOTIFIED = [
  "like",
  "comment",
  "reply",
  "repost",
  "quote",
  "mention",
  "follow",
  "friend_request",
  "friend",
] as const;

/** Public face of an account: everything in it may appear in any page. Settings live elsewhere. */
export const userPayload = z.object({
  handle: z.string().regex(/^[a-z0-9_]{2,30}$/),
  name: z.string().min(1).max(80),
  bio: z.string().max(500),
  /** Media key of the avatar; null draws initials. */
  avatar: z.string().max(80).nullable(),
  createdAtMs: z.int().min(0),
});

export const postPayload = z.object({
  authorId: idText,
  text: z.string().max(5_000),
  audience: z.enum(AUDIENCES),
  media: z.array(mediaRef).max(4),
  createdAtMs: z.int().min(0),
  repostOf: idText.optional(),
  quoteOf: idText.optional(),
  lang: z.string().max(35).optional(),
});

export const commentPayload = z.object({
  authorId: idText,
  postId: idText,
  /** The comment this one answers; absent at the top level. */
  replyTo: idText.optional(),
  text: z.string().min(1).max(2_000),
  createdAtMs: z.int().min(0),
});

/** Enough of a post for the visibility rules to run on the list alone. "" means public and original. */
export const authoredPayload = z.object({
  /** Index into AUDIENCES; absent is public. */
  a: z.int().min(1).max(3).optional(),
  /** Post that this one reposts (r) or quotes (q). */
  r: idText.optional(),
  q: idText.optional(),
});

export const settingsPayload = z.object({
  feedMode: z.enum(["latest", "ranked"]),
  defaultAudience: z.enum(AUDIENCES),
  theme: z.enum(["system", "light", "dark"]),
  autoplay: z.boolean(),
});

const object = (code: ObjectType, name: string, payload: z.ZodType): ObjectKind => ({
  code,
  name,
  payload,
  // Spec: objects <= 1 MB; the platform's row is 2 MB.
  bytesMax: 1_000_000,
});

/** Places of a feed that were on the viewer's screens, newest first: [fromMs, fromId, toMs, toId]. */
export const seenPayload = z.object({
  ranges: z
    .array(z.tuple([z.int().min(0), idText, z.int().min(0), idText]))
    .max(LIMITS.seenRangesMax),
});

/** What the viewer wants of the author of a post. */
export const feedbackPayload = z.object({ kind: z.enum(["more", "less"]), post: idText });

/** Somebody did something that id1 is told of. */
export const notifiedPayload = z.object({
  kind: z.enum(NOTIFIED),
  actor: idText,
  /** The post that it is about. */
  post: idText.optional(),
  /** The comment that was written. */
  comment: idText.optional(),
  /** Place in the log that told of it, [epoch, seq]: what is told again, late, has an older one. */
  at: z.tuple([z.int().min(0), z.int().min(0)]).optional(),
  /** It was taken back; kept so that it stays so. */
  gone: z.literal(true).optional(),
});

/** When each bucket of a user's uploads is full again, Unix ms: `core/feed/usecases/uploads.ts`. */
export const uploadsPayload = z.object({ bytesMs: z.number().min(0), countMs: z.number().min(0) });

export const OBJECT = { user: 1, post: 2, comment: 3 } as const;

const OBJECT_KINDS: readonly ObjectKind[] = [
  object(OBJECT.user, "user", userPayload),
  object(OBJECT.post, "post", postPayload),
  object(OBJECT.comment, "comment", commentPayload),
];

/** Codes are wire and storage format: never reuse one. */
export const ASSOC = {
  follows: 1,
  followedBy: 2,
  friends: 3,
  authored: 4,
  authoredBy: 5,
  blocks: 6,
  blockedBy: 7,
  mutes: 8,
  likes: 9,
  likedBy: 10,
  commentedOn: 11,
  comments: 12,
  commentedBy: 13,
  commented: 14,
  reposts: 15,
  repostedBy: 16,
  settings: 17,
  handle: 18,
  requested: 19,
  requestedBy: 20,
  listed: 21,
  published: 22,
  seen: 23,
  feedback: 24,
  notified: 25,
  notifiedRead: 26,
  uploads: 27,
} as const;

interface KindOptions {
  readonly payload?: z.ZodType;
  readonly listMax: number;
}

function pair(
  forward: AssocType,
  name: string,
  inverse: AssocType,
  inverseName: string,
  options: KindOptions & { readonly inverseListMax: number },
): readonly AssocKind[] {
  const shared = { payload: options.payload ?? null, bytesMax: 64_000 };
  return [
    { ...shared, code: forward, name, inverse, writable: true, listMax: options.listMax },
    {
      ...shared,
      code: inverse,
      name: inverseName,
      inverse: forward,
      writable: false,
      listMax: options.inverseListMax,
    },
  ];
}

const single = (code: AssocType, name: string, options: KindOptions): AssocKind => ({
  code,
  name,
  inverse: null,
  writable: true,
  payload: options.payload ?? null,
  bytesMax: 64_000,
  listMax: options.listMax,
});

const UNBOUNDED = Number.MAX_SAFE_INTEGER; // Fame has no limit; counts stay O(1) and pages stay 6,000.

const ASSOC_KINDS: readonly AssocKind[] = [
  // Reader-side cap: a pulled feed merges every followed author, so 10,000 bounds one read.
  ...pair(ASSOC.follows, "follows", ASSOC.followedBy, "followed_by", {
    listMax: 10_000,
    inverseListMax: UNBOUNDED,
  }),
  // Both halves live where their id1 does; written at the smaller id, so one leader orders each pair.
  {
    code: ASSOC.friends,
    name: "friends",
    inverse: ASSOC.friends,
    writable: true,
    payload: null,
    bytesMax: 64_000,
    listMax: 5_000,
  },
  ...pair(ASSOC.authored, "authored", ASSOC.authoredBy, "authored_by", {
    payload: authoredPayload,
    listMax: UNBOUNDED,
    inverseListMax: 1,
  }),
  // The public ones among `authored`: a count that everybody may see.
  single(ASSOC.published, "published", { listMax: UNBOUNDED }),
  // The whole set is applied to every page of the blocker.
  ...pair(ASSOC.blocks, "blocks", ASSOC.blockedBy, "blocked_by", {
    listMax: 5_000,
    inverseListMax: UNBOUNDED,
  }),
  single(ASSOC.mutes, "mutes", { listMax: 5_000 }),
  ...pair(ASSOC.likes, "likes", ASSOC.likedBy, "liked_by", {
    payload: z.object({ kind: z.enum(REACTIONS) }),
    listMax: UNBOUNDED,
    inverseListMax: UNBOUNDED,
  }),
  ...pair(ASSOC.commentedOn, "commented_on", ASSOC.comments, "comments", {
    listMax: 1,
    inverseListMax: 100_000,
  }),
  ...pair(ASSOC.commentedBy, "commented_by", ASSOC.commented, "commented", {
    listMax: 1,
    inverseListMax: UNBOUNDED,
  }),
  ...pair(ASSOC.reposts, "reposts", ASSOC.repostedBy, "reposted_by", {
    listMax: UNBOUNDED,
    inverseListMax: UNBOUNDED,
  }),
  // Self-edge (user, settings, user): private, one per user.
  single(ASSOC.settings, "settings", { payload: settingsPayload, listMax: 1 }),
  // Self-edge on the handle's own id: `ifVersion: null` makes a claim unique.
  single(ASSOC.handle, "handle", { payload: z.object({ user: idText }), listMax: 1 }),
  ...pair(ASSOC.requested, "requested", ASSOC.requestedBy, "requested_by", {
    listMax: 1_000,
    inverseListMax: UNBOUNDED,
  }),
  // Self-edge: one viewer's seen places, as ranges.
  single(ASSOC.seen, "seen", { payload: seenPayload, listMax: 1 }),
  // To authors: recent wishes count, and a list this long is read with each ranked page.
  single(ASSOC.feedback, "feedback", { payload: feedbackPayload, listMax: 1_000 }),
  // Kept for as long as anybody scrolls back; the oldest are deleted as new ones come.
  single(ASSOC.notified, "notified", { payload: notifiedPayload, listMax: 5_000 }),
  // Self-edge whose time says up to when notifications are read.
  single(ASSOC.notifiedRead, "notified_read", { listMax: 1 }),
  // Self-edge: how much one user may still upload.
  single(ASSOC.uploads, "uploads", { payload: uploadsPayload, listMax: 1 }),
  // People to meet, from a fixed root; one page of it is ever shown.
  single(ASSOC.listed, "listed", { listMax: 6_000 }),
];

const objectKinds = new Map(OBJECT_KINDS.map((kind) => [kind.code, kind]));
const assocKinds = new Map(ASSOC_KINDS.map((kind) => [kind.code, kind]));

export const objectKind = (code: ObjectType): ObjectKind | undefined => objectKinds.get(code);
export const assocKind = (code: AssocType): AssocKind | undefined => assocKinds.get(code);
