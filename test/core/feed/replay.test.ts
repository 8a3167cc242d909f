import { describe, it } from "vitest";

import type { Call, Outcome } from "../../../core/feed/call.ts";
import type { Relation } from "../../../core/feed/service.ts";
import { createUser, updateSettings, updateUser } from "../../../core/feed/usecases/accounts.ts";
import { addComment, deleteComment } from "../../../core/feed/usecases/comments.ts";
import { deletePost, setAudience } from "../../../core/feed/usecases/own-posts.ts";
import { createPost } from "../../../core/feed/usecases/posts.ts";
import { react } from "../../../core/feed/usecases/reactions.ts";
import { relate, unrelate } from "../../../core/feed/usecases/relations.ts";
import { LIMITS } from "../../../core/limits.ts";
import { FeedWorld, must } from "../../fakes/feed-world.ts";

/** The longest that a client may send. */
const KEY = "k".repeat(LIMITS.idempotencyKeyCharsMax);

/** A small society in which every write has something to do. */
async function society() {
  const world = new FeedWorld();
  const [me, other] = [await world.user("me_myself"), await world.user("other")];
  await world.relate(me, other, "follow");
  await world.relate(other, me, "follow");
  await world.relate(other, me, "friend");
  const [mine, theirs] = [await world.post(me), await world.post(other)];
  const repost = await world.post(me, { repostOf: theirs.id });
  const comment = await must(addComment(world.as(me), theirs.id, { text: "hi" }));
  const reply = await must(addComment(world.as(other), mine.id, { text: "ho" }));
  return { world, me, other, mine, theirs, repost, comment, reply };
}
type Society = Awaited<ReturnType<typeof society>>;
type Act = (call: Call, all: Society) => Outcome<unknown>;

const relating =
  (relation: Relation, on: boolean): Act =>
  (call, { other }) =>
    on ? relate(call, other, relation) : unrelate(call, other, relation);
const WRITES: Record<string, Act> = {
  "sign up": (call) =>
    createUser({ ...call, viewer: null }, { handle: "new", name: "New", bio: "" }),
  "change the profile": (call) => updateUser(call, { bio: "new" }),
  "change settings": (call) =>
    updateSettings(call, {
      feedMode: "ranked",
      defaultAudience: "friends",
      theme: "dark",
      autoplay: false,
    }),
  post: (call) => createPost(call, { text: "new", media: [], audience: "public" }),
  quote: (call, { theirs }) =>
    createPost(call, { text: "new", media: [], audience: "public", quoteOf: theirs.id }),
  "change the audience": (call, { mine }) => setAudience(call, mine.id, "only_me"),
  "delete a post": (call, { mine }) => deletePost(call, mine.id),
  "delete a repost": (call, { repost }) => deletePost(call, repost.id),
  comment: (call, { theirs, comment }) =>
    addComment(call, theirs.id, { text: "new", replyTo: comment.id }),
  "delete a comment": (call, { comment }) => deleteComment(call, comment.id),
  "delete another's comment": (call, { reply }) => deleteComment(call, reply.id),
  react: (call, { theirs }) => react(call, "post", theirs.id, "love"),
  "take a reaction back": (call, { theirs }) => react(call, "post", theirs.id, null),
  unfollow: relating("follow", false),
  "accept a friend": relating("friend", true),
  "decline a friend": relating("friend", false),
  block: relating("block", true),
  unblock: relating("block", false),
  mute: relating("mute", true),
  unmute: relating("mute", false),
};

describe.for(Object.entries(WRITES))("%s", ([, act]) => {
  it("again with its key: the first answer, and nothing written", async ({ expect }) => {
    const all = await society();
    const first = await must(act(all.world.as(all.me, { key: KEY }), all));
    const state = [all.world.graph.seq, all.world.graph.contents()];
    all.world.nowMs += 60_000;
    expect(await must(act(all.world.as(all.me, { key: KEY }), all))).toEqual(first);
    expect([all.world.graph.seq, all.world.graph.contents()]).toEqual(state);
  });

  it("cut short at any write and retried: as if it had gone through at once", async ({
    expect,
  }) => {
    const smooth = await society();
    const answer = await must(act(smooth.world.as(smooth.me, { key: KEY }), smooth));
    for (let allowed = 0, isCut = true; isCut; allowed++) {
      const all = await society();
      const tao = all.world.tao();
      const write = tao.write.bind(tao);
      let writes = 0;
      tao.write = async (...args) => {
        if (writes++ >= allowed) tao.down.add("write");
        return write(...args);
      };
      isCut = !(await act(all.world.as(all.me, { key: KEY, tao }), all)).ok;
      const retried = await must(act(all.world.as(all.me, { key: KEY }), all));
      expect(retried, `after ${allowed} writes`).toEqual(answer);
      expect(all.world.graph.contents(), `after ${allowed} writes`).toEqual(
        smooth.world.graph.contents(),
      );
      expect(allowed, "ends").toBeLessThan(10);
    }
  });
});
