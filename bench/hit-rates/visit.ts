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
  const { client } = person;
  tally.visits++;
  await person.start();
  const { id: self } = await client.session();
  await client.settings();
  await client.unread();
  if (chance(random, DAY.suggestedShare.value)) await client.suggestedUsers();

  let page = await person.openFeed();
  for (;;) {
    await person.show(page.items);
    await seconds(parts, DAY.pageSeconds.value);
    if (page.items.length > 0)
      await lookAround(person, pick(random, page.items), { ...parts, self });
    if (chance(random, DAY.newPostsShare.value)) page = await person.newestPosts();
    else if (page.cursor === null || chance(random, 1 / DAY.pagesPerVisit.value)) break;
    else page = await person.nextPage(page.cursor);
  }
  if (chance(random, DAY.postsPerDay.value / DAY.visitsPerDay.value)) await post(person, parts);
}

interface Around extends VisitParts {
  /** Whose visit it is. */
  readonly self: string;
}

async function lookAround(person: Person, item: Post, parts: Around): Promise<void> {
  const { client } = person;
  const { random } = parts;
  const writes: readonly (readonly [share: number, write: () => Promise<unknown>])[] = [
    [DAY.reactionShare.value, () => client.reactToPost(item.id, "like")],
    [DAY.commentShare.value, () => client.addComment(item.id, { text: "a comment" })],
    // Nobody follows themselves.
    ...(item.author.id === parts.self
      ? []
      : ([[DAY.followShare.value, () => client.follow(item.author.id)]] as const)),
  ];
  if (chance(random, DAY.profileShare.value)) await openProfile(person, item, parts);
  if (chance(random, DAY.postShare.value)) await openPost(person, item, parts);
  for (const [share, write] of writes) {
    if (!chance(random, share)) continue;
    parts.tally.writes++;
    await write();
  }
}

async function openProfile(person: Person, { author }: Post, parts: VisitParts): Promise<void> {
  await person.client.profile(author.id);
  const { items } = await person.client.userPosts(author.id, { limit: 20 });
  await person.show(items);
  await seconds(parts, DAY.asideSeconds.value);
}

async function openPost({ client }: Person, { id }: Post, parts: VisitParts): Promise<void> {
  await client.post(id);
  await client.comments(id);
  await seconds(parts, DAY.asideSeconds.value);
}

async function post({ client }: Person, { random, tally }: VisitParts): Promise<void> {
  tally.writes++;
  const withImage = chance(random, DAY.imageShare.value);
  const media = withImage ? [await client.uploadMedia(noise(random))] : [];
  await client.createPost({ text: "news of the day", media });
}

const seconds = ({ random, signal }: VisitParts, mean: number): Promise<unknown> =>
  delay(logNormal(random, mean, SPREAD) * 1_000, undefined, { signal });
