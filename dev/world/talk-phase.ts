import type { Id } from "../../core/ids.ts";
import type { Unit } from "../operator/batches.ts";
import {
  chunksOf,
  type Loaded,
  peopleOf,
  type Phase,
  postIdOf,
  userIdOf,
  type WriteUnits,
} from "./phase.ts";
import type { PlannedComment } from "./talk.ts";
import { commentUnit, reactionUnit } from "./units.ts";
import type { World } from "./world.ts";

interface Thread {
  readonly post: Id;
  readonly comments: readonly PlannedComment[];
  readonly ids: Id[];
}

/** Comments and reactions of a chunk's posts. A reply needs the id of what it answers, so a thread goes in waves. */
export function talkPhase(world: World, loaded: Loaded): Phase {
  const { spec } = world;
  const userId = userIdOf(loaded);
  const each = spec.postsPerUser * (spec.reactionsPerPost + 2 * spec.commentsPerPost);

  async function run(chunk: number, write: WriteUnits): Promise<readonly string[]> {
    const reactions: Unit[] = [];
    const threads: Thread[] = [];
    for (const person of peopleOf(world, chunk, each)) {
      for (const planned of world.postsOf(person)) {
        const post = postIdOf(loaded, planned.ref);
        for (const reaction of world.reactionsTo(planned)) {
          reactions.push(reactionUnit(reaction, userId(reaction.user), post));
        }
        const comments = world.commentsOn(planned);
        if (comments.length > 0) threads.push({ post, comments, ids: [] });
      }
    }
    await writeThreads(threads, userId, write);
    for (const { comments, ids } of threads) {
      comments.forEach((comment, i) => {
        const target = ids[i];
        if (target === undefined) throw new RangeError("a comment was not written");
        for (const reaction of comment.reactions) {
          reactions.push(reactionUnit(reaction, userId(reaction.user), target));
        }
      });
    }
    await write(reactions, ":reactions");
    return [];
  }

  return {
    name: "comments and reactions",
    chunks: chunksOf(world, each),
    expected: world.people.length * each,
    run,
    restore: () => undefined,
  };
}

/** Comments nobody has to wait for first, then the replies to those, and so on. */
async function writeThreads(
  threads: readonly Thread[],
  userId: (index: number) => Id,
  write: WriteUnits,
): Promise<void> {
  for (let wave = 0; ; wave++) {
    const ready = threads.flatMap((thread) =>
      thread.comments.flatMap((comment, place) => {
        const waits = comment.replyTo !== null && thread.ids[comment.replyTo] === undefined;
        return thread.ids[place] !== undefined || waits ? [] : [{ thread, comment, place }];
      }),
    );
    if (ready.length === 0) return;
    const units = ready.map(({ thread, comment }) => {
      const replyTo = comment.replyTo === null ? null : (thread.ids[comment.replyTo] ?? null);
      return commentUnit(comment, userId(comment.author), thread.post, replyTo);
    });
    const ids = await write(units, `:wave${wave}`);
    ready.forEach(({ thread, place }, i) => {
      const id = ids[i];
      if (id !== undefined) thread.ids[place] = id;
    });
  }
}
