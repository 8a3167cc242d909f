import { setTimeout as delay } from "node:timers/promises";

import type { Random } from "../../core/clock.ts";
import type { Post } from "../../core/feed/schemas.ts";
import { chance, logNormal, pick } from "../../dev/world/random.ts";
import { DAY } from "./day.ts";
import type { Person } from "./person.ts";
import { noise } from "./pictures.ts";
import type { Tally } from "./tally.ts";

export interface VisitParts {
  readonly random: Random;
  readonly tally: Tally;
  /** Ends it where it is. */
  readonly signal: AbortSignal;
}

const SPREAD = 0.7;

/** One visit, in real time: what somebody reads, looks at and does, as the web app asks for it. */
export async function visit(person: Person, { random, tally, signal }: VisitParts): Promise<void> {
  const parts = { random, tally, signal };
  const { client, device } = person;
  tally.visits++;
  device.start();
  await client.session();
  await person.read("/v1/settings", "settings", () => client.settings());
  if (chance(random, DAY.suggestedShare.value))
    await person.read("/v1/users/suggested", "page", () => client.suggestedUsers());

  let page = await person.openFeed();
  for (;;) {
    await person.show(page.items);
    await seconds(parts, DAY.pageSeconds.value);
    if (page.items.length > 0) await lookAround(person, pick(random, page.items), parts);
    if (chance(random, DAY.newPostsShare.value)) page = await person.newestPosts();
    else if (page.cursor === null || chance(random, 1 / DAY.pagesPerVisit.value)) break;
    else page = await person.nextPage(page.cursor);
  }
  if (chance(random, DAY.postsPerDay.value / DAY.visitsPerDay.value)) await post(person, parts);
}

async function lookAround(person: Person, item: Post, parts: VisitParts): Promise<void> {
  const { random, tally } = parts;
  const { client } = person;
  if (chance(random, DAY.reactionShare.value)) {
    tally.writes++;
    await client.reactToPost(item.id, "like");
    person.device.expire("/v1/posts/", "/v1/users/");
  }
  if (chance(random, DAY.profileShare.value)) await openProfile(person, item, parts);
  if (chance(random, DAY.postShare.value)) await openPost(person, item, parts);
}

async function openProfile(person: Person, { author }: Post, parts: VisitParts): Promise<void> {
  const { random, tally } = parts;
  const { client } = person;
  await person.read(`/v1/users/${author.handle}`, "profile", () => client.profile(author.handle));
  let posts: readonly Post[] = [];
  await person.read(`/v1/users/${author.handle}/posts`, "page", async () => {
    const page = await client.userPosts(author.handle, { limit: 20 });
    posts = page.items;
    return page;
  });
  await person.show(posts);
  await seconds(parts, DAY.asideSeconds.value);
  if (!chance(random, DAY.followShare.value)) return;
  tally.writes++;
  await client.follow(author.id);
  person.device.expire("/v1/users/", "/v1/feed");
}

async function openPost(person: Person, { id }: Post, parts: VisitParts): Promise<void> {
  const { random, tally } = parts;
  const { client } = person;
  await person.read(`/v1/posts/${id}`, "page", () => client.post(id));
  await person.read(`/v1/posts/${id}/comments`, "page", () => client.comments(id));
  await seconds(parts, DAY.asideSeconds.value);
  if (!chance(random, DAY.commentShare.value)) return;
  tally.writes++;
  await client.addComment(id, { text: "a comment" });
  person.device.expire("/v1/posts/");
}

async function post(person: Person, { random, tally }: VisitParts): Promise<void> {
  const { client, device } = person;
  tally.writes++;
  const withImage = chance(random, DAY.imageShare.value);
  const media = withImage ? [await client.uploadMedia(noise(random))] : [];
  await client.createPost({ text: "news of the day", media });
  device.expire("/v1/posts/", "/v1/users/");
}

const seconds = ({ random, signal }: VisitParts, mean: number): Promise<unknown> =>
  delay(logNormal(random, mean, SPREAD) * 1_000, undefined, { signal });
