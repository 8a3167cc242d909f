import type { z } from "zod";

import { type Id, shardOf } from "../../ids.ts";
import { fingerprint } from "../../hash.ts";
import { LIMITS } from "../../limits.ts";
import { ASSOC, type notifiedPayload, OBJECT } from "../../tao/registry.ts";
import type { Assoc, TaoObject, Write } from "../../tao/types.ts";
import { compareVersions, type Version } from "../../tao/version.ts";
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
  /** Place in the log of what it is about: always the same log for the same thing. */
  readonly at: Version;
}

/** A text in which somebody may be mentioned. */
export interface Mentionable {
  readonly text: string;
  readonly actor: Id;
  readonly post: Id;
  readonly comment: Id | null;
  readonly timeMs: number;
  readonly at: Version;
}

type Objects = ReadonlyMap<Id, TaoObject>;
type Acted = Extract<GraphEvent, { kind: "acted" }>;

/** Objects that say whom an event is about: one wave. */
export const objectsOf = (events: readonly GraphEvent[]): readonly Id[] => [
  ...new Set(
    events.flatMap((event) => {
      if (event.kind === "posted") {
        const quoted = event.quoteOf === null ? [] : [event.quoteOf];
        return event.isPlain === true ? quoted : [event.post, ...quoted];
      }
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
    const { author: actor, post, timeMs, at } = event;
    return [{ recipient: quoted, kind: "quote", actor, post, comment: null, timeMs, on: true, at }];
  }
  if (event.kind !== "acted") return [];
  if (event.act === "comment") return commentNotes(event, objects);
  const { act: kind, actor, target, timeMs, on, at } = event;
  if (actor === null) return [];
  const base = { kind, actor, timeMs, on, at, post: null, comment: null };
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
  const { target: post, timeMs, on, at } = event;
  const base = { actor, post, comment: id, timeMs, on, at };
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
      const { author: actor, post, timeMs, at } = event;
      return [{ text, actor, post, comment: null, timeMs, at }];
    }
    const found = commentBy(event, objects);
    if (found === null || event.kind !== "acted" || !event.on) return [];
    const { id: comment, payload } = found;
    const { text } = payload;
    const { target: post, timeMs, at } = event;
    return [{ text, actor: toId(payload.authorId), post, comment, timeMs, at }];
  });

/** As the web app draws mentions; lower case, each once, a bounded number. */
export function handlesIn(text: string): readonly string[] {
  const found = text.matchAll(/(?<![\w@/.])@([a-zA-Z0-9_]{2,30})(?![\w@])/g);
  const handles = [...found].map(([, handle = ""]) => handle.toLowerCase());
  return [...new Set(handles)].slice(0, LIMITS.mentionsMax);
}

export const mentionNote = (from: Mentionable, recipient: Id): Note => {
  const { actor, post, comment, timeMs, at } = from;
  return { recipient, kind: "mention", actor, post, comment, timeMs, on: true, at };
};

/** The edge on the recipient's shard: its id is made of what happened, so that nothing is told twice. */
export const noteId = ({ kind, actor, post, comment }: Note): Id =>
  (BigInt(`0x${fingerprint(`${kind} ${actor} ${post} ${comment}`)}`) >> 1n) as Id;

/**
 * Of several about the same thing the one that happened last: all of them may come again, and in
 * any order.
 */
export function latestOf(notes: readonly Note[]): readonly Note[] {
  const latest = new Map<string, Note>();
  for (const note of notes) {
    const key = `${note.recipient} ${noteId(note)}`;
    const known = latest.get(key);
    if (known === undefined || compareVersions(known.at, note.at) < 0) latest.set(key, note);
  }
  return [...latest.values()];
}

/**
 * Only over what was there when it was compared; null when that is as new. What is taken back
 * leaves its place in the log behind: telling of it again, late, must not bring it back.
 */
export function noteWrite(note: Note, known: Assoc | undefined): Write | null {
  const { recipient: id1, kind, actor, post, comment, timeMs, on, at } = note;
  if (known !== undefined && compareVersions(placeOf(known), at) >= 0) return null;
  const data = JSON.stringify({
    kind,
    actor: String(actor),
    ...(post !== null && { post: String(post) }),
    ...(comment !== null && { comment: String(comment) }),
    at: [at.epoch, at.seq],
    ...(!on && { gone: true }),
  });
  const ifVersion = known?.version ?? null;
  return { op: "assocAdd", id1, atype: ASSOC.notified, id2: noteId(note), timeMs, data, ifVersion };
}

/** null: from before places were noted. */
function placeOf({ data }: Assoc): Version | null {
  const { at } = JSON.parse(data) as z.infer<typeof notifiedPayload>;
  return at === undefined ? null : { epoch: at[0], seq: at[1] };
}

/** Writes by the logical shard that takes them, in the order given. */
export const byShard = (notes: readonly Note[]): ReadonlyMap<number, readonly Note[]> =>
  Map.groupBy(notes, ({ recipient }) => shardOf(recipient));
