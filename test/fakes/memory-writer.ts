import { ApiProblem } from "../../client/problem.ts";
import type { Outcome } from "../../core/feed/call.ts";
import { settings, updateSettings } from "../../core/feed/usecases/accounts.ts";
import { addComment, deleteComment } from "../../core/feed/usecases/comments.ts";
import { deletePost, setAudience } from "../../core/feed/usecases/own-posts.ts";
import { createPost } from "../../core/feed/usecases/posts.ts";
import { react } from "../../core/feed/usecases/reactions.ts";
import { relate, unrelate } from "../../core/feed/usecases/relations.ts";
import type { Relation } from "../../core/feed/service.ts";
import type { Writer } from "../../dev/feeds/act.ts";
import type { FeedWorld } from "./feed-world.ts";

/** A device of `user` whose product is the use-cases over the graph in memory. */
export function memoryWriter(world: FeedWorld, user: string): Writer {
  const call = () => {
    world.nowMs++;
    return world.as(user);
  };
  const relating = (of: Relation) => (whom: string) => answer(relate(call(), whom, of));
  const undoing = (of: Relation) => (whom: string) => answer(unrelate(call(), whom, of));
  return {
    createPost: (draft) =>
      answer(createPost(call(), { text: "", media: [], audience: "public", ...draft })),
    deletePost: (id) => answer(deletePost(call(), id)),
    setAudience: (id, audience) => answer(setAudience(call(), id, audience)),
    settings: () => answer(settings(call())),
    updateSettings: (chosen) => answer(updateSettings(call(), chosen)),
    reactToPost: (id, kind) => answer(react(call(), "post", id, kind)),
    unreactToPost: (id) => answer(react(call(), "post", id, null)),
    addComment: (id, comment) => answer(addComment(call(), id, comment)),
    deleteComment: (id) => answer(deleteComment(call(), id)),
    follow: relating("follow"),
    unfollow: undoing("follow"),
    befriend: relating("friend"),
    unfriend: undoing("friend"),
    block: relating("block"),
    unblock: undoing("block"),
    mute: relating("mute"),
    unmute: undoing("mute"),
  };
}

async function answer<T>(outcome: Outcome<T>): Promise<T> {
  const result = await outcome;
  if (result.ok) return result.value;
  const { code } = result.error;
  throw new ApiProblem({ code, status: 400, detail: JSON.stringify(result.error) });
}
