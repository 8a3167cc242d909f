import { avatarCount, SCENE_COUNT } from "./media-pool.ts";
import type { World } from "./world.ts";

/** What is in a world, by going through all of it. */
export function countWorld(world: World) {
  const count = { posts: 0, shares: 0, pictured: 0, comments: 0, reactions: 0 };
  for (const person of world.people) {
    for (const post of world.postsOf(person.index)) {
      if (post.kind === "original") count.posts += 1;
      else count.shares += 1;
      if (post.scenes.length > 0) count.pictured += 1;
      const comments = world.commentsOn(post);
      count.comments += comments.length;
      count.reactions += world.reactionsTo(post).length;
      for (const comment of comments) count.reactions += comment.reactions.length;
    }
  }
  return {
    people: world.people.length,
    follows: world.graph.follows.size,
    friendships: world.graph.friends.size / 2,
    ...count,
  };
}

export function tallyOf(world: World): string {
  const rows = { ...countWorld(world), avatars: avatarCount(world), pictures: SCENE_COUNT };
  return Object.entries(rows)
    .map(([name, count]) => `${count.toLocaleString("en").padStart(12)}  ${name}`)
    .join("\n");
}
