import type { Call, Outcome } from "../../core/feed/call.ts";
import type { SeenRange } from "../../core/feed/explain/schemas.ts";
import type {
  Audience,
  NewComment,
  NewPost,
  NewUser,
  ReactionKind,
  Settings,
  UserPatch,
} from "../../core/feed/schemas.ts";
import type {
  CallContext,
  FeedRequest,
  FeedService,
  OwnList,
  PageRequest,
  Reactable,
  Relation,
  Reply,
  SweepReport,
  UserList,
} from "../../core/feed/service.ts";
import {
  createUser,
  settings,
  updateSettings,
  updateUser,
} from "../../core/feed/usecases/accounts.ts";
import { addComment, comments, deleteComment } from "../../core/feed/usecases/comments.ts";
import { giveFeedback } from "../../core/feed/usecases/feedback.ts";
import { profileFeed } from "../../core/feed/usecases/feeds.ts";
import { graphRead, graphWrite } from "../../core/feed/usecases/graph.ts";
import { home } from "../../core/feed/usecases/home.ts";
import { newPosts } from "../../core/feed/usecases/new-posts.ts";
import { ownList, suggested, users } from "../../core/feed/usecases/lists.ts";
import { markRead, notifications, unread } from "../../core/feed/usecases/notifications.ts";
import { deletePost, setAudience } from "../../core/feed/usecases/own-posts.ts";
import { createPost, post } from "../../core/feed/usecases/posts.ts";
import { profile, userByHandle } from "../../core/feed/usecases/profiles.ts";
import { react, reactions } from "../../core/feed/usecases/reactions.ts";
import { relate, unrelate } from "../../core/feed/usecases/relations.ts";
import { noteEvents } from "../../core/feed/usecases/events.ts";
import type { FeedEvents } from "../../core/feed/explain/event-schemas.ts";
import { markSeen, seen } from "../../core/feed/usecases/seen.ts";
import { noteUpload } from "../../core/feed/usecases/uploads.ts";
import { why, whyNot } from "../../core/feed/usecases/why.ts";
import {
  deadLetters,
  fanoutPost,
  fanoutReport,
  type ReplayOf,
  replayDead,
} from "../../core/feed/fanout/admin.ts";
import { takeBatch } from "../../core/feed/fanout/batch.ts";
import type { Region } from "../../core/regions/regions.ts";
import { listShards, moveShard } from "../../core/regions/shard-admin.ts";
import type { NewRollout, RolloutAction } from "../../core/rollout/rollout.ts";
import type { Operator } from "../../core/rollout/service.ts";
import { cacheReport } from "../../core/telemetry/collect-caches.ts";
import { depsFor } from "./deps.ts";
import { FeedEntrypoint } from "./entrypoint.ts";
import { type Flags, withinPageMax } from "./flags.ts";
import { answering } from "./answering.ts";
import { countedPage, watchedAct, watchedPage } from "./watched.ts";

/** The product's use-cases over RPC: each method names its use-case, and nothing is decided here. */
export default class FeedWorker extends FeedEntrypoint implements FeedService {
  home(ctx: CallContext, request: FeedRequest) {
    const { levels, rollouts } = depsFor(this.env);
    const page = () => this.#run(ctx, (call, flags) => home(call, withinPageMax(request, flags)));
    return watchedPage(rollouts, ctx, request, () => countedPage(levels, ctx, request, page));
  }

  newPosts(ctx: CallContext, since: string) {
    return this.#run(ctx, (call) => newPosts(call, since));
  }

  profileFeed(ctx: CallContext, user: string, request: PageRequest) {
    return this.#run(ctx, (call) => profileFeed(call, user, request));
  }

  profile(ctx: CallContext, user: string) {
    return this.#run(ctx, (call) => profile(call, user));
  }

  userByHandle(ctx: CallContext, handle: string) {
    return this.#run(ctx, (call) => userByHandle(call, handle));
  }

  createUser(ctx: CallContext, user: NewUser) {
    return this.#run(ctx, (call) => createUser(call, user));
  }

  updateUser(ctx: CallContext, patch: UserPatch) {
    return this.#run(ctx, (call) => updateUser(call, patch));
  }

  suggested(ctx: CallContext, limit: number) {
    return this.#run(ctx, (call) => suggested(call, limit));
  }

  users(ctx: CallContext, user: string, list: UserList, page: PageRequest) {
    return this.#run(ctx, (call) => users(call, user, list, page));
  }

  ownList(ctx: CallContext, list: OwnList, page: PageRequest) {
    return this.#run(ctx, (call) => ownList(call, list, page));
  }

  relate(ctx: CallContext, user: string, relation: Relation) {
    return this.#run(ctx, (call) => relate(call, user, relation));
  }

  unrelate(ctx: CallContext, user: string, relation: Relation) {
    return this.#run(ctx, (call) => unrelate(call, user, relation));
  }

  settings(ctx: CallContext) {
    return this.#run(ctx, (call) => settings(call));
  }

  updateSettings(ctx: CallContext, chosen: Settings) {
    return this.#run(ctx, (call) => updateSettings(call, chosen));
  }

  noteUpload(ctx: CallContext, bytes: number) {
    return this.#run(ctx, (call) => noteUpload(call, bytes));
  }

  createPost(ctx: CallContext, fields: NewPost) {
    return this.#engaged(ctx, fields.repostOf !== undefined, (call) => createPost(call, fields));
  }

  post(ctx: CallContext, postId: string) {
    return this.#run(ctx, (call) => post(call, postId));
  }

  setAudience(ctx: CallContext, postId: string, audience: Audience) {
    return this.#run(ctx, (call) => setAudience(call, postId, audience));
  }

  deletePost(ctx: CallContext, postId: string) {
    return this.#run(ctx, (call) => deletePost(call, postId));
  }

  comments(ctx: CallContext, postId: string, page: PageRequest) {
    return this.#run(ctx, (call) => comments(call, postId, page));
  }

  addComment(ctx: CallContext, postId: string, comment: NewComment) {
    return this.#engaged(ctx, true, (call) => addComment(call, postId, comment));
  }

  deleteComment(ctx: CallContext, commentId: string) {
    return this.#run(ctx, (call) => deleteComment(call, commentId));
  }

  react(ctx: CallContext, on: Reactable, id: string, kind: ReactionKind | null) {
    return this.#engaged(ctx, kind !== null, (call) => react(call, on, id, kind));
  }

  reactions(ctx: CallContext, on: Reactable, id: string, page: PageRequest) {
    return this.#run(ctx, (call) => reactions(call, on, id, page));
  }

  notifications(ctx: CallContext, page: PageRequest) {
    return this.#run(ctx, (call) => notifications(call, page));
  }

  unread(ctx: CallContext) {
    return this.#run(ctx, unread);
  }

  markRead(ctx: CallContext, upToMs: number) {
    return this.#run(ctx, (call) => markRead(call, upToMs));
  }

  why(ctx: CallContext, postId: string) {
    return this.#run(ctx, (call) => why(call, postId));
  }

  whyNot(ctx: CallContext, postId: string) {
    return this.#run(ctx, (call) => whyNot(call, postId));
  }

  seen(ctx: CallContext) {
    return this.#run(ctx, seen);
  }

  markSeen(ctx: CallContext, ranges: readonly SeenRange[]) {
    return this.#run(ctx, (call) => markSeen(call, ranges));
  }

  noteEvents(ctx: CallContext, events: FeedEvents) {
    return this.#run(ctx, (call) => noteEvents(call, events));
  }

  giveFeedback(ctx: CallContext, postId: string, kind: "more" | "less" | null) {
    return this.#run(ctx, (call) => giveFeedback(call, postId, kind));
  }

  graphWrite(ctx: CallContext, body: string) {
    return this.#run(ctx, (call) => graphWrite(call, body));
  }

  graphRead(ctx: CallContext, body: string) {
    return this.#run(ctx, (call) => graphRead(call, body, depsFor(this.env).readPinned));
  }

  shards(ctx: CallContext) {
    return this.#run(ctx, () => listShards(depsFor(this.env).shardAdmin(ctx.region)));
  }

  moveShard(ctx: CallContext, shard: number, to: Region, epoch?: number) {
    const ports = depsFor(this.env).shardAdmin(ctx.region);
    return this.#run(ctx, () => moveShard(ports, shard, to, epoch));
  }

  fanout(ctx: CallContext) {
    return this.#run(ctx, () => fanoutReport(depsFor(this.env).fanoutAdmin));
  }

  fanoutPost(ctx: CallContext, postId: string) {
    return this.#run(ctx, () => fanoutPost(depsFor(this.env).fanoutAdmin, postId));
  }

  fanoutDeadLetters(ctx: CallContext) {
    return this.#run(ctx, () => deadLetters(depsFor(this.env).fanoutAdmin));
  }

  fanoutReplay(ctx: CallContext, wanted: ReplayOf) {
    return this.#run(ctx, () => replayDead(depsFor(this.env).fanoutAdmin, wanted));
  }

  ranking(ctx: CallContext) {
    return this.#run(ctx, depsFor(this.env).rankingReport);
  }

  caches(ctx: CallContext) {
    const { caches, counts } = depsFor(this.env);
    return this.#run(ctx, async ({ clock }) => {
      // What this isolate has counted and not yet passed on would be missing.
      await counts.flush();
      return cacheReport(caches(ctx.region), clock.nowMs());
    });
  }

  rollouts(ctx: CallContext) {
    return this.#run(ctx, () => depsFor(this.env).rolloutAdmin.list());
  }

  rollout(ctx: CallContext, id: string) {
    return this.#run(ctx, () => depsFor(this.env).rolloutAdmin.get(id));
  }

  createRollout(ctx: CallContext, wanted: NewRollout, reason: string, by: Operator) {
    return this.#run(ctx, () => depsFor(this.env).rolloutAdmin.create(wanted, reason, by));
  }

  actOnRollout(ctx: CallContext, id: string, action: RolloutAction, by: Operator) {
    return this.#run(ctx, () => depsFor(this.env).rolloutAdmin.act(id, action, by));
  }

  /** Work of fan-out. What fails is sent again by whoever keeps it: no message is returned to the queue. */
  override async queue(batch: MessageBatch): Promise<void> {
    const work = batch.messages.map(({ body }) => body);
    await takeBatch(work, depsFor(this.env).fanout);
    batch.ackAll();
  }

  async sweep(region: Region): Promise<SweepReport> {
    return depsFor(this.env).sweep(region);
  }

  /** What counts as a viewer's answer to their feed, if it succeeds and `counts`. */
  #engaged<T>(ctx: CallContext, counts: boolean, useCase: (call: Call) => Outcome<T>): Reply<T> {
    const { rollouts } = depsFor(this.env);
    return watchedAct(rollouts, ctx, counts, () => this.#run(ctx, useCase));
  }

  #run<T>(ctx: CallContext, useCase: (call: Call, flags: Flags) => Outcome<T>): Reply<T> {
    const defer = (work: () => Promise<unknown>) => this.ctx.waitUntil(work());
    return answering(depsFor(this.env), ctx, defer, useCase);
  }
}
