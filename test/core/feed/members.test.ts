import { it } from "vitest";

import { updateSettings } from "../../../core/feed/usecases/accounts.ts";
import { addComment } from "../../../core/feed/usecases/comments.ts";
import { giveFeedback } from "../../../core/feed/usecases/feedback.ts";
import { markRead } from "../../../core/feed/usecases/notifications.ts";
import { createPost } from "../../../core/feed/usecases/posts.ts";
import { react } from "../../../core/feed/usecases/reactions.ts";
import { relate } from "../../../core/feed/usecases/relations.ts";
import { markSeen } from "../../../core/feed/usecases/seen.ts";
import { DEFAULT_SETTINGS } from "../../../core/feed/views.ts";
import { codeOf, FeedWorld } from "../../fakes/feed-world.ts";

it("lets a valid token of nobody leave no trace", async ({ expect }) => {
  const world = new FeedWorld();
  const author = await world.user("author");
  const { id } = await world.post(author);
  const nobody = () => world.as(String(BigInt(author) + 1_000_000n));
  const before = world.graph.contents();
  const attempts = [
    createPost(nobody(), { text: "boo", media: [], audience: "public" }),
    addComment(nobody(), id, { text: "boo" }),
    react(nobody(), "post", id, "like"),
    relate(nobody(), author, "follow"),
    relate(nobody(), author, "block"),
    updateSettings(nobody(), DEFAULT_SETTINGS),
    giveFeedback(nobody(), id, "more"),
    markSeen(nobody(), [{ from: { timeMs: 2, id }, to: { timeMs: 1, id } }]),
    markRead(nobody(), world.nowMs),
  ];
  for (const attempt of attempts) expect(await codeOf(attempt)).toBe("unauthenticated");
  expect(world.graph.contents()).toEqual(before);
});
