import { toHandlePart } from "../names.ts";
import type { Person } from "../people.ts";
import type { PlannedPost } from "../posts.ts";
import { hash } from "../random.ts";
import type { PlannedComment } from "../talk.ts";
import type { World } from "../world.ts";
import { EVENT, EventStream } from "./events.ts";
import { Tables } from "./tables.ts";

const DAY_MS = 86_400_000;
/** What happened in the last days comes as the update stream. */
const STREAM_DAYS = 3;
/** LDBC ids carry a slice of time above a running number: people above bit 41, messages and forums above bit 36. */
const PERSON_SLICE = 2 ** 41;
const MESSAGE_SLICE = 2 ** 36;
const TOWNS = 1_500;
const BROWSERS = ["Firefox", "Chrome", "Internet Explorer", "Safari", "Opera"] as const;

/** Hands out ids of one kind. */
function idMaker(slice: number, fromMs: number, sliceMs: number) {
  const next = new Map<number, number>();
  return (atMs: number): number => {
    const at = Math.max(0, Math.floor((atMs - fromMs) / sliceMs));
    const number = next.get(at) ?? 0;
    next.set(at, number + 1);
    return at * slice + number;
  };
}

/**
 * Writes the world's people, friendships, public posts, comments and likes in the layout of
 * LDBC SNB Interactive v1. LDBC has no one-way follows, reposts or audiences: those stay
 * out. A post with pictures becomes a photo post, which has a file name and no words.
 * @returns what was written, for people to read.
 */
export function writeLdbc(world: World, folder: string): string {
  const writer = new LdbcWriter(world, folder);
  for (const person of world.people) writer.person(person);
  for (const person of world.people) writer.friends(person);
  for (const person of world.people) {
    for (const post of world.postsOf(person.index)) writer.post(post);
  }
  return writer.close();
}

class LdbcWriter {
  readonly #world: World;
  readonly #folder: string;
  readonly #tables: Tables;
  readonly #events = new EventStream();
  readonly #cutMs: number;
  readonly #personIds: number[] = [];
  readonly #forumIds: number[] = [];
  readonly #personId: (atMs: number) => number;
  readonly #messageId: (atMs: number) => number;
  readonly #forumId: (atMs: number) => number;

  constructor(world: World, folder: string) {
    this.#world = world;
    this.#folder = folder;
    this.#tables = new Tables(folder);
    const { nowMs } = world.spec;
    this.#cutMs = nowMs - STREAM_DAYS * DAY_MS;
    const originMs = nowMs - 730 * DAY_MS;
    this.#personId = idMaker(PERSON_SLICE, originMs, 30 * DAY_MS);
    this.#messageId = idMaker(MESSAGE_SLICE, originMs, 30 * DAY_MS);
    this.#forumId = idMaker(MESSAGE_SLICE, originMs, 30 * DAY_MS);
  }

  person(person: Person): void {
    const { createdAtMs, index } = person;
    const id = this.#personId(createdAtMs);
    const forum = this.#forumId(createdAtMs);
    this.#personIds[index] = id;
    this.#forumIds[index] = forum;
    const [first = "", ...rest] = person.name.split(" ");
    const mail = `${toHandlePart(first)}${id}@example.org`;
    const birthdayMs = Date.UTC(1955 + (hash(1, "born", id) % 50), hash(2, "born", id) % 12, 1);
    const gender = hash(3, "gender", id) % 2 === 0 ? "female" : "male";
    const identity = [
      id,
      first,
      rest.join(" "),
      gender,
      birthdayMs,
      createdAtMs,
      ip(id),
      browser(id),
    ] as const;
    if (createdAtMs >= this.#cutMs) {
      this.#events.add(
        createdAtMs,
        0,
        EVENT.person,
        ...identity,
        place(person),
        "en",
        mail,
        person.topic,
        "",
        "",
      );
      this.#events.add(
        createdAtMs,
        createdAtMs,
        EVENT.forum,
        forum,
        `Wall of ${person.name}`,
        createdAtMs,
        id,
        person.topic,
      );
      return;
    }
    this.#tables.add("person", ...identity, "en", mail);
    this.#tables.add("person_hasInterest_tag", id, person.topic);
    this.#tables.add("person_hasInterest_tag", id, person.alsoTopic);
    this.#tables.add("person_isLocatedIn_place", id, place(person));
    this.#tables.add("person_workAt_organisation", id, hash(4, "work", id) % 900, 2005 + (id % 20));
    this.#tables.add("forum", forum, `Wall of ${person.name}`, createdAtMs);
    this.#tables.add("forum_hasModerator_person", forum, id);
    this.#tables.add("forum_hasTag_tag", forum, person.topic);
  }

  friends(person: Person): void {
    const { people, graph } = this.#world;
    for (const other of graph.friends.of(person.index)) {
      if (other < person.index) continue;
      const atMs = this.#world.metAtMs(person.index, other);
      const [a, b] = [this.#personIds[person.index] ?? 0, this.#personIds[other] ?? 0];
      const joined = Math.max(person.createdAtMs, people[other]?.createdAtMs ?? 0);
      const forum = this.#forumIds[person.index] ?? 0;
      if (atMs >= this.#cutMs) {
        this.#events.add(atMs, joined, EVENT.friendship, a, b, atMs);
        this.#events.add(atMs, joined, EVENT.membership, forum, b, atMs);
      } else {
        this.#tables.add("person_knows_person", a, b, atMs);
        this.#tables.add("forum_hasMember_person", forum, b, atMs);
      }
    }
  }

  post(post: PlannedPost): void {
    if (post.kind === "repost" || post.audience !== "public") return;
    const author = this.#author(post.ref.author);
    const { atMs } = post;
    const id = this.#messageId(atMs);
    const photo = post.scenes.length > 0;
    const [image, content] = photo ? [`photo${id}.jpg`, ""] : ["", post.text];
    const language = photo ? "" : "en";
    const forum = this.#forumIds[post.ref.author] ?? 0;
    const origin = [atMs, ip(author.id), browser(author.id), language] as const;
    if (atMs >= this.#cutMs) {
      this.#events.add(
        atMs,
        author.sinceMs,
        EVENT.post,
        id,
        image,
        ...origin,
        content,
        content.length,
        author.id,
        forum,
        author.place,
        post.topic,
      );
    } else {
      this.#tables.add("post", id, image, ...origin, content, content.length);
      this.#tables.add("post_hasCreator_person", id, author.id);
      this.#tables.add("post_hasTag_tag", id, post.topic);
      this.#tables.add("post_isLocatedIn_place", id, author.place);
      this.#tables.add("forum_containerOf_post", forum, id);
    }
    for (const { user, atMs: likedMs } of this.#world.reactionsTo(post)) {
      this.#like(user, id, atMs, likedMs, "person_likes_post", EVENT.likePost);
    }
    this.#thread(id, post, this.#world.commentsOn(post));
  }

  #thread(post: number, planned: PlannedPost, comments: readonly PlannedComment[]): void {
    const ids: number[] = [];
    comments.forEach((comment, i) => {
      const { atMs, text, replyTo } = comment;
      const id = this.#messageId(atMs);
      ids[i] = id;
      const author = this.#author(comment.author);
      const parent = replyTo === null ? null : (ids[replyTo] ?? null);
      const parentMs = replyTo === null ? planned.atMs : (comments[replyTo]?.atMs ?? planned.atMs);
      const origin = [atMs, ip(author.id), browser(author.id), text, text.length] as const;
      if (atMs >= this.#cutMs) {
        const needsMs = Math.max(parentMs, author.sinceMs);
        const reply = parent === null ? [post, -1] : [-1, parent];
        this.#events.add(
          atMs,
          needsMs,
          EVENT.comment,
          id,
          ...origin,
          author.id,
          author.place,
          ...reply,
          "",
        );
      } else {
        this.#tables.add("comment", id, ...origin);
        this.#tables.add("comment_hasCreator_person", id, author.id);
        this.#tables.add("comment_isLocatedIn_place", id, author.place);
        this.#tables.add("comment_hasTag_tag", id, planned.topic);
        if (parent === null) this.#tables.add("comment_replyOf_post", id, post);
        else this.#tables.add("comment_replyOf_comment", id, parent);
      }
      for (const { user, atMs: likedMs } of comment.reactions) {
        this.#like(user, id, atMs, likedMs, "person_likes_comment", EVENT.likeComment);
      }
    });
  }

  #like(
    user: number,
    message: number,
    saidMs: number,
    atMs: number,
    table: "person_likes_post" | "person_likes_comment",
    event: number,
  ): void {
    const { id, sinceMs } = this.#author(user);
    if (atMs < this.#cutMs) this.#tables.add(table, id, message, atMs);
    else this.#events.add(atMs, Math.max(saidMs, sinceMs), event, id, message, atMs);
  }

  #author(index: number) {
    const person = this.#world.people[index];
    const id = this.#personIds[index];
    if (person === undefined || id === undefined) throw new RangeError(`no person ${index}`);
    return { id, sinceMs: person.createdAtMs, place: place(person) };
  }

  close(): string {
    this.#tables.close();
    this.#events.write(this.#folder);
    const rows = [...this.#tables.rows].map(
      ([table, count]) => `${String(count).padStart(10)}  ${table}`,
    );
    return [...rows, `${String(this.#events.size).padStart(10)}  events in the update stream`].join(
      "\n",
    );
  }
}

const place = (person: Person): number => hash(5, "town", person.town) % TOWNS;
/** From the block reserved for documentation (RFC 5737). */
const ip = (id: number): string => `203.0.113.${hash(6, "ip", id) % 254}`;
const browser = (id: number): string =>
  BROWSERS[hash(7, "browser", id) % BROWSERS.length] ?? "Firefox";
