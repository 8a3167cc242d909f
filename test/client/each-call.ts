import type { Client } from "../../client/client.ts";
import { DRILL_ID } from "../fakes/memory-drills.ts";
import { rolloutCalls, SETTINGS } from "../fakes/fake-operations.ts";
import { SEGMENT_KEY } from "../fakes/memory-rank-log.ts";
import { openedIn } from "../fakes/slates.ts";
import { pngOf } from "../gateway/images.ts";

/** Answered by the gateway and what is behind it other than the feed Worker. */
export const ELSEWHERE = [
  "status",
  "levels",
  "pinLevel",
  "drills",
  "startDrill",
  "stopDrill",
  "stopAllDrills",
  "rankLog",
  "rankLogSegment",
  "uploadMedia",
  "socketTicket",
  "poll",
  "caughtUp",
];

/** A call of each method: a method that is missing here does not compile. */
export function eachCall(client: Client) {
  const id = "1184274518017";
  const calls: {
    readonly [Name in Exclude<keyof Client, "mediaUrl" | "transport">]: () => Promise<unknown>;
  } = {
    ...drillCalls(client),
    signIn: () => client.signIn("ada"),
    session: () => client.session(),
    demoUsers: () => client.demoUsers(),
    rankLog: () => client.rankLog(),
    rankLogSegment: () => client.rankLogSegment(SEGMENT_KEY),
    caches: () => client.caches(),
    feed: () => client.feed({ mode: "latest", limit: 5 }),
    newPosts: () => client.newPosts({ timeMs: 1_780_000_000_000, id }),
    why: () => client.why(id),
    whyNot: () => client.whyNot(id),
    seen: () => client.seen(),
    reportSeen: () => client.reportSeen([{ from: { timeMs: 2, id }, to: { timeMs: 1, id } }]),
    reportEvents: () => client.reportEvents(openedIn("slate-1")),
    setFeedback: () => client.setFeedback(id, "more"),
    clearFeedback: () => client.clearFeedback(id),
    notifications: () => client.notifications({ limit: 5 }),
    unread: () => client.unread(),
    markRead: () => client.markRead(1_780_000_000_000),
    createPost: () => client.createPost({ text: "hello" }),
    post: () => client.post(id),
    setAudience: () => client.setAudience(id, "friends"),
    deletePost: () => client.deletePost(id),
    comments: () => client.comments(id, { limit: 5 }),
    addComment: () => client.addComment(id, { text: "hi" }),
    deleteComment: () => client.deleteComment(id),
    reactToPost: () => client.reactToPost(id, "love"),
    unreactToPost: () => client.unreactToPost(id),
    postReactions: () => client.postReactions(id),
    reactToComment: () => client.reactToComment(id, "love"),
    unreactToComment: () => client.unreactToComment(id),
    commentReactions: () => client.commentReactions(id),
    createUser: () => client.createUser({ handle: "eve", name: "Eve" }),
    suggestedUsers: () => client.suggestedUsers(),
    profile: () => client.profile("me"),
    updateMe: () => client.updateMe({ bio: "new" }),
    userPosts: () => client.userPosts("ada"),
    followers: () => client.followers("ada"),
    following: () => client.following("ada"),
    friends: () => client.friends("ada"),
    follow: () => client.follow("bob"),
    unfollow: () => client.unfollow("bob"),
    befriend: () => client.befriend("bob"),
    unfriend: () => client.unfriend("bob"),
    block: () => client.block("bob"),
    unblock: () => client.unblock("bob"),
    mute: () => client.mute("bob"),
    unmute: () => client.unmute("bob"),
    blocks: () => client.blocks(),
    mutes: () => client.mutes(),
    friendRequests: () => client.friendRequests(),
    settings: () => client.settings(),
    updateSettings: () => client.updateSettings(SETTINGS),
    uploadMedia: () => client.uploadMedia(pngOf(2, 2)),
    graphWrite: () => client.graphWrite({ batches: [] }),
    graphRead: () => client.graphRead({ reads: [] }),
    shards: () => client.shards(),
    moveShard: () => client.moveShard(3, "eu-west"),
    status: () => client.status(),
    levels: () => client.levels(),
    pinLevel: () =>
      client.pinLevel("apac", { level: 2, reason: "a drill", minutes: 5, revision: 1 }),
    fanout: () => client.fanout(),
    fanoutPost: () => client.fanoutPost("1184274518017"),
    fanoutDeadLetters: () => client.fanoutDeadLetters(),
    ...rolloutCalls(client),
    fanoutReplay: () => client.fanoutReplay({ shard: 3 }),
    socketTicket: () => client.socketTicket(),
    poll: () => client.poll({ life: "life-1", after: 3, watch: "5,6", wait: 0 }),
    caughtUp: () => client.caughtUp(),
  };
  return calls;
}

/** Of the one drill that is going on before. */
const drillCalls = (client: Client) => ({
  drills: () => client.drills(),
  startDrill: () =>
    client.startDrill({
      dependency: "ranker",
      kind: "latency",
      ms: 200,
      minutes: 1,
      reason: "r",
      revision: 1,
    }),
  stopDrill: () => client.stopDrill(DRILL_ID, { reason: "r" }),
  stopAllDrills: () => client.stopAllDrills({ reason: "r" }),
});
