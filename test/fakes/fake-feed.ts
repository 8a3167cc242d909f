import { z } from "zod";

import type { Failure } from "../../core/errors.ts";
import type { Why, WhyNot } from "../../core/feed/explain/schemas.ts";
import * as schemas from "../../core/feed/schemas.ts";
import type { CallContext, FeedService, PageRequest, Reply } from "../../core/feed/service.ts";
import { parseId } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { err, ok } from "../../core/result.ts";
import { reportOf } from "../../core/telemetry/cache-layers.ts";
import { contextSchema } from "./context-schema.ts";
import { FANOUT_POST, RANKING, ROLLOUT, ROLLOUTS } from "./fake-operations.ts";

export const ADA: schemas.User = {
  id: "1184274518016",
  handle: "ada",
  name: "Ada",
  bio: "",
  avatar: null,
  createdAtMs: 1_800_000_000_000,
};
export const ISSUED_CURSOR = "issued-cursor";
const REACTIONS = { reaction: null, reactions: 0 };
const SETTINGS: schemas.Settings = {
  feedMode: "latest",
  defaultAudience: "public",
  theme: "system",
  autoplay: true,
};
const PROFILE: schemas.Profile = {
  ...ADA,
  counts: { posts: 1, followers: 0, following: 0, friends: 0 },
  relationship: {
    self: true,
    following: false,
    followedBy: false,
    friend: "none",
    blocking: false,
    muting: false,
  },
};
const POST: schemas.Post = {
  id: "1184274518017",
  author: ADA,
  text: "hello",
  audience: "public",
  media: [],
  createdAtMs: 1_800_000_000_001,
  counts: { reactions: 0, comments: 0, reposts: 0 },
  viewer: { reaction: null },
};
const COMMENT: schemas.Comment = {
  id: "1184274518018",
  postId: POST.id,
  author: ADA,
  text: "hi",
  replyTo: null,
  createdAtMs: 1_800_000_000_002,
  counts: { reactions: 0 },
  viewer: { reaction: null },
};
const WHY: Why = {
  post: POST.id,
  source: "followed",
  mode: "latest",
  reason: "setting",
  score: null,
  contributions: [],
  penalties: [],
  model: null,
  weights: null,
  borrowed: null,
  ageMs: 0,
};
const WHY_NOT: WhyNot = { post: POST.id, verdict: "shown", says: "It is there.", steps: [] };
const SHARD = {
  logicalShards: [0, 1] as [number, number],
  epoch: 2,
  leaseUntilMs: 0,
  notBeforeMs: 0,
};
export const FEED_TEXT = JSON.stringify({
  items: [{ ...POST, source: "followed" }],
  cursor: null,
  head: { timeMs: POST.createdAtMs, id: POST.id },
  mode: "latest",
  reason: "requested",
  model: null,
  slate: null,
  ageMs: 0,
  hidden: {},
  calls: 2,
} satisfies schemas.FeedPage);

export const PROFILE_TEXT = JSON.stringify({
  items: [POST],
  cursor: null,
  mode: "latest",
  reason: "requested",
  ageMs: 0,
  hidden: {},
  calls: 2,
} satisfies schemas.PostPage);

type Method = keyof FeedService;

/**
 * Canned answers, and the real service's refusals. What the gateway must have stopped
 * (a malformed id, a page of 1,000) throws here, as it would be a bug there.
 */
export class FakeFeed implements FeedService {
  readonly calls: { readonly method: Method; readonly args: readonly unknown[] }[] = [];
  /** Answered by the next calls instead. */
  failure: Failure | null = null;
  /** Thrown by the next calls, as a broken binding does. */
  thrown: Error | null = null;
  ticket = "ticket-1";
  staleMs: number | null = null;
  timing = "";
  /** Called before each answer: time may pass. */
  waits: () => void = () => {};

  async #reply<T>(
    method: Method,
    args: readonly unknown[],
    value: T,
    needsViewer = true,
  ): Reply<T> {
    this.calls.push({ method, args });
    this.waits();
    if (this.thrown !== null) throw this.thrown;
    if (this.failure !== null) return err(this.failure);
    const ctx = contextSchema.parse(args[0]);
    if (needsViewer && ctx.viewer === null) {
      return err({ code: "unauthenticated", reason: "this needs a signed-in user" });
    }
    const answer = { value, ticket: this.ticket, staleMs: this.staleMs };
    return ok(this.timing === "" ? answer : { ...answer, timing: this.timing });
  }

  async #page<T>(method: Method, args: readonly unknown[], value: T, needsViewer = true): Reply<T> {
    const page = pageSchema.parse(args.at(-1));
    if (page.cursor !== undefined && page.cursor !== ISSUED_CURSOR) {
      this.calls.push({ method, args });
      return err({ code: "invalid_cursor", reason: "the cursor was not issued here" });
    }
    return this.#reply(method, args, value, needsViewer);
  }

  async #byId<T>(
    method: Method,
    args: readonly unknown[],
    id: string,
    value: T,
    needsViewer = true,
  ): Reply<T> {
    if (parseId(id) === null) throw new Error(`the gateway let ${id} through`);
    if (id === "404") return err({ code: "not_found", what: "post" });
    return this.#reply(method, args, value, needsViewer);
  }

  home = (...args: Parameters<FeedService["home"]>) => this.#page("home", args, FEED_TEXT);
  newPosts = (...args: Parameters<FeedService["newPosts"]>) => {
    if (!/^\d+\.\d+$/.test(args[1])) throw new Error(`the gateway let ${args[1]} through`);
    return this.#reply("newPosts", args, { count: 1, authors: [ADA] });
  };
  profileFeed = (...args: Parameters<FeedService["profileFeed"]>) =>
    this.#page("profileFeed", args, PROFILE_TEXT, false);

  profile = (...args: Parameters<FeedService["profile"]>) => this.#user("profile", args, PROFILE);
  userByHandle = (...args: Parameters<FeedService["userByHandle"]>) =>
    this.#user("userByHandle", args, ADA);
  createUser = (...args: Parameters<FeedService["createUser"]>) => {
    schemas.newUserSchema.parse(args[1]);
    return this.#reply("createUser", args, ADA, false);
  };
  updateUser = (...args: Parameters<FeedService["updateUser"]>) => {
    schemas.userPatchSchema.parse(args[1]);
    return this.#reply("updateUser", args, ADA);
  };
  suggested = (...args: Parameters<FeedService["suggested"]>) =>
    this.#reply("suggested", args, { items: [ADA], cursor: null }, false);
  users = (...args: Parameters<FeedService["users"]>) =>
    this.#page("users", args, { items: [ADA], cursor: null });
  ownList = (...args: Parameters<FeedService["ownList"]>) =>
    this.#page("ownList", args, { items: [ADA], cursor: null });
  relate = (...args: Parameters<FeedService["relate"]>) => this.#reply("relate", args, PROFILE);
  unrelate = (...args: Parameters<FeedService["unrelate"]>) => this.#reply("unrelate", args, null);
  settings = (...args: Parameters<FeedService["settings"]>) =>
    this.#reply("settings", args, SETTINGS);
  updateSettings = (...args: Parameters<FeedService["updateSettings"]>) =>
    this.#reply("updateSettings", args, schemas.settingsSchema.parse(args[1]));

  createPost = (...args: Parameters<FeedService["createPost"]>) => {
    schemas.newPostSchema.parse(args[1]);
    return this.#reply("createPost", args, POST);
  };
  noteUpload = (...args: Parameters<FeedService["noteUpload"]>) =>
    this.#reply("noteUpload", args, null);
  post = (...args: Parameters<FeedService["post"]>) =>
    this.#byId("post", args, args[1], POST, false);
  setAudience = (...args: Parameters<FeedService["setAudience"]>) =>
    this.#byId("setAudience", args, args[1], POST);
  deletePost = (...args: Parameters<FeedService["deletePost"]>) =>
    this.#byId("deletePost", args, args[1], null);
  comments = (...args: Parameters<FeedService["comments"]>) =>
    this.#page("comments", args, { items: [COMMENT], cursor: null }, false);
  addComment = (...args: Parameters<FeedService["addComment"]>) =>
    this.#byId("addComment", args, args[1], COMMENT);
  deleteComment = (...args: Parameters<FeedService["deleteComment"]>) =>
    this.#byId("deleteComment", args, args[1], null);
  react = (...args: Parameters<FeedService["react"]>) =>
    this.#byId("react", args, args[2], REACTIONS);
  reactions = (...args: Parameters<FeedService["reactions"]>) =>
    this.#page("reactions", args, { items: [], cursor: null });

  notifications = (...args: Parameters<FeedService["notifications"]>) =>
    this.#page("notifications", args, { items: [], cursor: null, unread: 0 });
  unread = (...args: Parameters<FeedService["unread"]>) =>
    this.#reply("unread", args, { unread: 0 });
  markRead = (...args: Parameters<FeedService["markRead"]>) =>
    this.#reply("markRead", args, { unread: 0 });
  why = (...args: Parameters<FeedService["why"]>) => this.#byId("why", args, args[1], WHY);
  whyNot = (...args: Parameters<FeedService["whyNot"]>) =>
    this.#byId("whyNot", args, args[1], WHY_NOT);
  seen = (...args: Parameters<FeedService["seen"]>) => this.#reply("seen", args, { ranges: [] });
  markSeen = (...args: Parameters<FeedService["markSeen"]>) =>
    this.#reply("markSeen", args, { ranges: [] });
  noteEvents = (...args: Parameters<FeedService["noteEvents"]>) =>
    this.#reply("noteEvents", args, { taken: 1 });
  giveFeedback = (...args: Parameters<FeedService["giveFeedback"]>) =>
    this.#byId("giveFeedback", args, args[1], { post: args[1], kind: args[2] });

  graphWrite = (...args: Parameters<FeedService["graphWrite"]>) =>
    this.#graph("graphWrite", args, "batches");
  graphRead = (...args: Parameters<FeedService["graphRead"]>) =>
    this.#graph("graphRead", args, "results");
  shards = (...args: Parameters<FeedService["shards"]>) =>
    this.#reply("shards", args, { revision: 1, coordinator: null, shards: [] }, false);
  moveShard = (...args: Parameters<FeedService["moveShard"]>) =>
    this.#reply("moveShard", args, { ...SHARD, shard: args[1], leader: args[2] }, false);
  fanout = (...args: Parameters<FeedService["fanout"]>) =>
    this.#reply("fanout", args, { shards: [] }, false);
  fanoutPost = (...args: Parameters<FeedService["fanoutPost"]>) =>
    this.#byId("fanoutPost", args, args[1], FANOUT_POST, false);
  fanoutDeadLetters = (...args: Parameters<FeedService["fanoutDeadLetters"]>) =>
    this.#reply("fanoutDeadLetters", args, { items: [], away: [] }, false);
  fanoutReplay = (...args: Parameters<FeedService["fanoutReplay"]>) =>
    this.#reply("fanoutReplay", args, { replayed: 0 }, false);
  rollouts = (...args: Parameters<FeedService["rollouts"]>) =>
    this.#reply("rollouts", args, ROLLOUTS, false);
  rollout = (...args: Parameters<FeedService["rollout"]>) =>
    this.#reply("rollout", args, ROLLOUT, false);
  createRollout = (...args: Parameters<FeedService["createRollout"]>) =>
    this.#reply("createRollout", args, ROLLOUT, false);
  actOnRollout = (...args: Parameters<FeedService["actOnRollout"]>) =>
    this.#reply("actOnRollout", args, ROLLOUT, false);
  ranking = (...args: Parameters<FeedService["ranking"]>) =>
    this.#reply("ranking", args, RANKING, false);
  caches = (...args: Parameters<FeedService["caches"]>) =>
    this.#reply("caches", args, reportOf(new Map(), [], 1_800_000_000_000), false);
  async sweep(region: string) {
    this.calls.push({ method: "sweep", args: [region] });
    if (this.thrown !== null) throw this.thrown;
    return { shards: 16, intents: 0, followersBehind: 0, unreachable: 0 };
  }

  async #user<T>(method: Method, args: readonly [CallContext, string], value: T): Reply<T> {
    if (!/^[a-z0-9_]{1,30}$/.test(args[1])) throw new Error(`the gateway let ${args[1]} through`);
    if (args[1] === "nobody") return err({ code: "not_found", what: "user" });
    return this.#reply(method, args, value, args[1] === "me");
  }

  /** The feed Worker parses these bodies itself, so malformed text is an answer, not a bug. */
  async #graph(method: Method, args: readonly [CallContext, string], field: string): Reply<string> {
    try {
      JSON.parse(args[1]);
    } catch {
      return err({ code: "invalid_request", field: "body", reason: "is not valid JSON" });
    }
    return this.#reply(method, args, JSON.stringify({ [field]: [] }), false);
  }
}

const pageSchema: z.ZodType<PageRequest> = z.object({
  limit: z.int().min(1).max(LIMITS.listPageMax),
  cursor: schemas.cursorSchema.optional() as z.ZodType<string | undefined>,
});
