import { type Id, shardOf } from "../../ids.ts";
import { fingerprint } from "../../hash.ts";
import { LIMITS } from "../../limits.ts";
import { ASSOC, OBJECT } from "../../tao/registry.ts";
import type { TaoObject, Write } from "../../tao/types.ts";
import type { GraphEvent } from "../fanout/events.ts";
import { parseComment, type PostPayload, toId } from "../views.ts";
import type { NotificationKind } from "./schemas.ts";

/** Something that one person is told of. */
export interface Note {
  readonly recipient: Id;
  readonly kind: NotificationKind;
  readonly actor: Id;
  readonly post: Id | null;
  readonly comment: Id | null;
  readonly timeMs: number;
  /** false takes it back. */
  readonly on: boolean;
}

/** A text in which somebody may be mentioned. */
export interface Mentionable {
  readonly text: string;
  readonly actor: Id;
  readonly post: Id;
  readonly comment: Id | null;
  readonly timeMs: number;
}

type Objects = ReadonlyMap<Id, TaoObject>;
type Acted = Extract<GraphEvent, { kind: "acted" }>;

/** Objects that say whom an event is about: one wave. */
export const objectsOf = (events: readonly GraphEvent[]): readonly Id[] => [
  ...new Set(
    events.flatMap((event) => {
      if (event.kind === "posted")
        return event.quoteOf === null ? [event.post] : [event.post, event.quoteOf];
      if (event.kind !== "acted" || isPersonal(event)) return [];
      return event.by === null ? [event.target] : [event.target, event.by];
    }),
  ),
];

const isPersonal = ({ act }: Acted): boolean =>
  act === "follow" || act === "friend" || act === "friend_request";

/** The comments that others answer: a second wave, of the few events that are answers. */
export const answeredIn = (events: readonly GraphEvent[], objects: Objects): readonly Id[] =>
  events.flatMap((event) => {
    const replyTo = commentBy(event, objects)?.payload.replyTo;
    return replyTo === undefined ? [] : toId(replyTo);
  });

/** What the events mean for whom; nobody is told of what they did themselves. */
export function notesOf(events: readonly GraphEvent[], objects: Objects): readonly Note[] {
  return events
    .flatMap((event) => noteOf(event, objects))
    .filter(({ recipient, actor }) => recipient !== actor);
}

function noteOf(event: GraphEvent, objects: Objects): readonly Note[] {
  if (event.kind === "posted") {
    const quoted = event.quoteOf === null ? null : authorOf(objects.get(event.quoteOf));
    if (quoted === null || event.audience === ONLY_ME) return [];
    const { author: actor, post, timeMs } = event;
    return [{ recipient: quoted, kind: "quote", actor, post, comment: null, timeMs, on: true }];
  }
  if (event.kind !== "acted") return [];
  if (event.act === "comment") return commentNotes(event, objects);
  const { act: kind, actor, target, timeMs, on } = event;
  if (actor === null) return [];
  const base = { kind, actor, timeMs, on, post: null, comment: null };
  if (isPersonal(event)) return [{ ...base, recipient: target }];
  const about = objects.get(target);
  const recipient = authorOf(about);
  if (recipient === null || about === undefined) return [];
  if (about.otype === OBJECT.comment) {
    const post = toId(parseComment(about.data).postId);
    return [{ ...base, recipient, post, comment: target }];
  }
  return [{ ...base, recipient, post: target }];
}

/** The post's author hears of a comment; whoever is answered hears of that instead. */
function commentNotes(event: Acted, objects: Objects): readonly Note[] {
  const found = commentBy(event, objects);
  if (found === null) return [];
  const { id, payload } = found;
  const actor = toId(payload.authorId);
  const base = { actor, post: event.target, comment: id, timeMs: event.timeMs, on: event.on };
  const host = authorOf(objects.get(event.target));
  const answered =
    payload.replyTo === undefined ? null : authorOf(objects.get(toId(payload.replyTo)));
  const notes: Note[] = [];
  if (answered !== null) notes.push({ ...base, recipient: answered, kind: "reply" });
  if (host !== null && host !== answered) notes.push({ ...base, recipient: host, kind: "comment" });
  return notes;
}

function commentBy(event: GraphEvent, objects: Objects) {
  if (event.kind !== "acted" || event.act !== "comment" || event.by === null) return null;
  const object = objects.get(event.by);
  if (object?.otype !== OBJECT.comment) return null;
  return { id: event.by, payload: parseComment(object.data) };
}

const ONLY_ME = 3;

const authorOf = (object: TaoObject | undefined): Id | null =>
  object === undefined || object.otype === OBJECT.user
    ? null
    : toId((JSON.parse(object.data) as { authorId: string }).authorId);

/** Texts of new posts and comments. */
export const mentionablesOf = (events: readonly GraphEvent[], objects: Objects): Mentionable[] =>
  events.flatMap((event): Mentionable[] => {
    if (event.kind === "posted") {
      const object = objects.get(event.post);
      if (object === undefined || event.audience === ONLY_ME) return [];
      // Nothing stands in a repost.
      const { text } = JSON.parse(object.data) as PostPayload;
      const { author: actor, post, timeMs } = event;
      return [{ text, actor, post, comment: null, timeMs }];
    }
    const found = commentBy(event, objects);
    if (found === null || event.kind !== "acted" || !event.on) return [];
    const { id: comment, payload } = found;
    const { text } = payload;
    return [
      { text, actor: toId(payload.authorId), post: event.target, comment, timeMs: event.timeMs },
    ];
  });

/** As the web app draws mentions; lower case, each once, a bounded number. */
export function handlesIn(text: string): readonly string[] {
  const found = text.matchAll(/(?<![\w@/.])@([a-zA-Z0-9_]{2,30})(?![\w@])/g);
  const handles = [...found].map(([, handle = ""]) => handle.toLowerCase());
  return [...new Set(handles)].slice(0, LIMITS.mentionsMax);
}

export const mentionNote = (from: Mentionable, recipient: Id): Note => {
  const { actor, post, comment, timeMs } = from;
  return { recipient, kind: "mention", actor, post, comment, timeMs, on: true };
};

/**
 * On the recipient's shard. Its id is made of what happened, so that telling it again changes
 * nothing and taking it back needs no search.
 */
export function noteWrite(note: Note): Write {
  const { recipient: id1, kind, actor, post, comment, timeMs, on } = note;
  const id2 = (BigInt(`0x${fingerprint(`${kind} ${actor} ${post} ${comment}`)}`) >> 1n) as Id;
  const atype = ASSOC.notified;
  if (!on) return { op: "assocDelete", id1, atype, id2 };
  const data = JSON.stringify({
    kind,
    actor: String(actor),
    ...(post !== null && { post: String(post) }),
    ...(comment !== null && { comment: String(comment) }),
  });
  return { op: "assocAdd", id1, atype, id2, timeMs, data };
}

/** Writes by the logical shard that takes them, in the order given. */
export const byShard = (notes: readonly Note[]): ReadonlyMap<number, readonly Note[]> =>
  Map.groupBy(notes, ({ recipient }) => shardOf(recipient));
