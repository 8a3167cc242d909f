import { z } from "zod";

import { parseId } from "../ids.ts";
import { LIMITS } from "../limits.ts";
import { AUDIENCES, REACTIONS } from "../tao/registry.ts";
import { FEED_PAGE_MODES } from "./page-modes.ts";

/**
 * Shapes of the public API: requests are checked with them, OpenAPI and the typed
 * client are made from them. Ids are decimal strings; times are Unix milliseconds.
 */
export const idSchema = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,18})$/, "a decimal id")
  .refine((text) => parseId(text) !== null, "an id below 2^63")
  .meta({ id: "Id", description: "63-bit id as a decimal string", example: "1184274518016" });
export const handleSchema = z
  .string()
  .regex(/^[a-z0-9_]{2,30}$/, "2 to 30 of a-z, 0-9 and _")
  .meta({ description: "Unique name, 2 to 30 of a-z, 0-9 and _", example: "ada" });
const timeSchema = z.int().min(0).meta({ description: "Unix time, milliseconds" });

export const audienceSchema = z.enum(AUDIENCES).meta({ id: "Audience" });
export const reactionKindSchema = z.enum(REACTIONS).meta({ id: "ReactionKind" });

const imageKeySchema = z
  .string()
  .regex(/^[a-f0-9]{32,64}\.(?:png|jpg|webp|gif)$/, "a key that POST /v1/media gave for an image");
export const mediaKeySchema = z
  .string()
  .regex(/^[a-f0-9]{32,64}\.(?:png|jpg|webp|gif|mp4|webm)$/, "a key that POST /v1/media gave")
  .meta({ description: "Served at /media/{key}; its extension says what it is" });
/** An image or a video, as its key's extension says. */
export const mediaSchema = z
  .object({
    key: mediaKeySchema,
    width: z.int().min(1).max(16_384),
    height: z.int().min(1).max(16_384),
    durationMs: z
      .int()
      .min(1)
      .max(LIMITS.videoMsMax)
      .optional()
      .meta({ description: "Of a video that says how long it is, milliseconds" }),
    alt: z.string().max(LIMITS.mediaAltCharsMax).default(""),
  })
  .meta({ id: "Media" });

export const userSchema = z
  .object({
    id: idSchema,
    handle: handleSchema,
    name: z.string(),
    bio: z.string(),
    avatar: z.string().nullable().meta({ description: "Media key, served at /media/{key}" }),
    createdAtMs: timeSchema,
  })
  .meta({ id: "User" });

/** How the viewer stands to another user. */
export const relationshipSchema = z
  .object({
    self: z.boolean(),
    following: z.boolean(),
    followedBy: z.boolean(),
    friend: z.enum(["none", "requested", "incoming", "friends"]),
    blocking: z.boolean(),
    muting: z.boolean(),
  })
  .meta({ id: "Relationship" });

export const profileSchema = userSchema
  .extend({
    counts: z.object({ posts: z.int(), followers: z.int(), following: z.int(), friends: z.int() }),
    relationship: relationshipSchema,
  })
  .meta({ id: "Profile" });

/** A quoted or reposted post; null inside `PostView` when it is gone or hidden from the viewer. */
const innerPost = {
  id: idSchema,
  author: userSchema,
  text: z.string(),
  audience: audienceSchema,
  media: z.array(mediaSchema),
  createdAtMs: timeSchema,
  counts: z.object({ reactions: z.int(), comments: z.int(), reposts: z.int() }),
  viewer: z.object({ reaction: reactionKindSchema.nullable() }),
};
export const embeddedPostSchema = z.object(innerPost).meta({ id: "EmbeddedPost" });

export const postSchema = z
  .object({
    ...innerPost,
    /** Present on a repost; the outer text is then empty. */
    repostOf: embeddedPostSchema.nullable().optional(),
    /** Present on a quote; null when the quoted post is gone or hidden. */
    quoteOf: embeddedPostSchema.nullable().optional(),
  })
  .meta({ id: "Post" });

/** Where an item of a home feed came from. */
export const FEED_SOURCES = ["followed", "friend", "own", "popular"] as const;

export const feedItemSchema = postSchema
  .extend({ source: z.enum(FEED_SOURCES).meta({ description: "Why it is in this feed" }) })
  .meta({ id: "FeedItem" });

/** A place in a list that is in the order of time. */
export const placeSchema = z.object({ timeMs: timeSchema, id: idSchema }).meta({ id: "Place" });

export const commentSchema = z
  .object({
    id: idSchema,
    postId: idSchema,
    author: userSchema,
    text: z.string(),
    replyTo: idSchema.nullable(),
    createdAtMs: timeSchema,
    counts: z.object({ reactions: z.int() }),
    viewer: z.object({ reaction: reactionKindSchema.nullable() }),
  })
  .meta({ id: "Comment" });

export const cursorSchema = z.string().min(1).max(LIMITS.cursorCharsMax);
const nextCursor = cursorSchema
  .nullable()
  .meta({ description: "Present exactly when there is more; pass it back as `cursor`" });

const pageFields = {
  cursor: nextCursor,
  mode: z.enum(FEED_PAGE_MODES),
  reason: z.string().meta({ description: "Why this mode: `requested`, `ok`, `timeout`, ..." }),
  ageMs: z.int().meta({ description: "Age of the page's data; 0 when made for this request" }),
  hidden: z.record(z.string(), z.int()).meta({
    description: "Posts left out on this page, by rule",
    example: { muted: 2, blocked: 1 },
  }),
  calls: z.int().meta({ description: "Object calls this page took" }),
};

export const feedPageSchema = z
  .object({
    items: z.array(feedItemSchema),
    ...pageFields,
    head: placeSchema.nullable().meta({
      description: "Of a first page, its newest post: `since` of /v1/feed/new; otherwise null",
    }),
    model: z.string().nullable().meta({ description: "What scored it; null when nothing did" }),
    slate: z.string().nullable().meta({
      description:
        "Names what was scored together: `slate` of /v1/feed/events; null when nobody logs it",
    }),
  })
  .meta({ id: "FeedPage" });

/** Posts of one user. */
export const postPageSchema = z
  .object({ items: z.array(postSchema), ...pageFields })
  .meta({ id: "PostPage" });

export const newPostsSchema = z
  .object({
    count: z
      .int()
      .min(0)
      .max(LIMITS.feedNewPostsMax)
      .meta({ description: `Posts of others since then, up to ${LIMITS.feedNewPostsMax}` }),
    authors: z.array(userSchema).max(3).meta({ description: "Of the newest of them" }),
  })
  .meta({ id: "NewPosts" });

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), cursor: nextCursor });

export const userPageSchema = pageOf(userSchema).meta({ id: "UserPage" });
export const commentPageSchema = pageOf(commentSchema).meta({ id: "CommentPage" });
export const reactionPageSchema = pageOf(
  z.object({ user: userSchema, kind: reactionKindSchema, createdAtMs: timeSchema }),
).meta({ id: "ReactionPage" });

export const settingsSchema = z
  .object({
    feedMode: z.enum(["latest", "ranked"]),
    defaultAudience: audienceSchema,
    theme: z.enum(["system", "light", "dark"]),
    autoplay: z.boolean(),
  })
  .meta({ id: "Settings" });

export const sessionSchema = z
  .object({ token: z.string(), expiresAtMs: timeSchema, user: userSchema })
  .meta({ id: "Session" });

// Requests.
const nameField = z.string().trim().min(1).max(LIMITS.nameCharsMax);
const bioField = z.string().trim().max(LIMITS.bioCharsMax);
export const signInSchema = z.strictObject({ handle: handleSchema }).meta({ id: "SignIn" });
/** Addresses take an id, a handle, "me" or "suggested" in one place: a handle must look like none of them. */
const newHandle = handleSchema.refine(
  (handle) => !/^(?:\d+|me|suggested)$/.test(handle),
  "a handle is not a number, nor one of the words that addresses use",
);
export const newUserSchema = z
  .strictObject({ handle: newHandle, name: nameField, bio: bioField.default("") })
  .meta({ id: "NewUser" });
export const userPatchSchema = z
  .strictObject({
    name: nameField.optional(),
    bio: bioField.optional(),
    avatar: imageKeySchema.nullable().optional(),
  })
  .meta({ id: "UserPatch" });
export const newPostSchema = z
  .strictObject({
    text: z.string().trim().max(LIMITS.postCharsMax).default(""),
    audience: audienceSchema.optional().meta({ description: "Default: the author's setting" }),
    media: z.array(mediaSchema).max(LIMITS.postMediaMax).default([]),
    repostOf: idSchema.optional(),
    quoteOf: idSchema.optional(),
  })
  .refine((post) => post.repostOf === undefined || post.quoteOf === undefined, {
    path: ["quoteOf"],
    message: "a post either reposts or quotes",
  })
  .refine((post) => post.repostOf === undefined || (post.text === "" && post.media.length === 0), {
    path: ["text"],
    message: "a repost has no text or media of its own; quote instead",
  })
  .refine((post) => post.repostOf !== undefined || post.text !== "" || post.media.length > 0, {
    path: ["text"],
    message: "write something or attach an image or a video",
  })
  .meta({ id: "NewPost" });
export const postPatchSchema = z
  .strictObject({ audience: audienceSchema })
  .meta({ id: "PostPatch" });
export const newCommentSchema = z
  .strictObject({
    text: z.string().trim().min(1).max(LIMITS.commentCharsMax),
    replyTo: idSchema.optional(),
  })
  .meta({ id: "NewComment" });
export const reactionSchema = z
  .strictObject({ kind: reactionKindSchema })
  .meta({ id: "NewReaction" });

const limitField = (fallback: number, max: number) =>
  z.coerce.number().int().min(1).max(max).default(fallback);
export const feedQuerySchema = z.object({
  mode: z
    .enum(["latest", "ranked"])
    .optional()
    .meta({ description: "Default: the viewer's setting" }),
  limit: limitField(LIMITS.feedPageDefault, LIMITS.feedPageMax),
  cursor: cursorSchema.optional(),
});
/** A place as a parameter: `timeMs.id`. */
export const newPostsQuerySchema = z.object({
  since: z
    .string()
    .max(40)
    .regex(/^[0-9]{1,15}\.(?:0|[1-9][0-9]{0,18})$/, "a place as timeMs.id: `head` of a page")
    .meta({ example: "1780000000000.1184274518016" }),
});
export const pageQuerySchema = z.object({
  limit: limitField(LIMITS.listPageDefault, LIMITS.listPageMax),
  cursor: cursorSchema.optional(),
});

export type User = z.infer<typeof userSchema>;
export type Relationship = z.infer<typeof relationshipSchema>;
export type Profile = z.infer<typeof profileSchema>;
export type Post = z.infer<typeof postSchema>;
export type EmbeddedPost = z.infer<typeof embeddedPostSchema>;
export type Comment = z.infer<typeof commentSchema>;
export type Place = z.infer<typeof placeSchema>;
export type FeedItem = z.infer<typeof feedItemSchema>;
export type FeedSource = FeedItem["source"];
export type NewPosts = z.infer<typeof newPostsSchema>;
export type FeedPage = z.infer<typeof feedPageSchema>;
export type PostPage = z.infer<typeof postPageSchema>;
export type FeedPageMode = FeedPage["mode"];
export type Settings = z.infer<typeof settingsSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type Media = z.infer<typeof mediaSchema>;
export type Audience = z.infer<typeof audienceSchema>;
export type ReactionKind = z.infer<typeof reactionKindSchema>;
export type UserPage = z.infer<typeof userPageSchema>;
export type CommentPage = z.infer<typeof commentPageSchema>;
export type ReactionPage = z.infer<typeof reactionPageSchema>;
export type NewUser = z.infer<typeof newUserSchema>;
export type UserPatch = z.infer<typeof userPatchSchema>;
export type NewPost = z.infer<typeof newPostSchema>;
export type NewComment = z.infer<typeof newCommentSchema>;
