import { LIMITS } from "../../core/limits.ts";
import type { RowRef } from "./ledger.ts";

/** LDBC's own ids, decimal text. */
export type LdbcId = string;

export interface PersonRow {
  readonly id: LdbcId;
  readonly name: string;
  readonly createdAtMs: number;
}
export interface PostRow {
  readonly id: LdbcId;
  /** The content, or the name of the image file of a photo post. */
  readonly text: string;
  readonly createdAtMs: number;
}
export interface CommentRow {
  readonly id: LdbcId;
  readonly text: string;
  readonly createdAtMs: number;
}
/** Person likes message, or person knows person. */
export interface LinkRow {
  readonly from: LdbcId;
  readonly to: LdbcId;
  readonly atMs: number;
}

/** Rows come in as fields; what cannot be used is a reason, in words. */
export type Parsed<T> = { readonly value: T } | { readonly reason: string };
export const isReason = <T>(parsed: Parsed<T>): parsed is { readonly reason: string } =>
  "reason" in parsed;

/** Rows that stand or fall together: a post and who wrote it. */
export interface Sourced<T> {
  readonly value: T;
  readonly rows: readonly RowRef[];
}

const isId = (text: string | undefined): text is string =>
  text !== undefined && /^\d{1,19}$/.test(text);

/** Unix milliseconds; LDBC's other serialisers write dates, which this one does not read. */
const timeOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;

function checkCount(fields: readonly string[], count: number): string | null {
  return fields.length === count ? null : `${fields.length} fields, not ${count}`;
}

export function parsePerson(fields: readonly string[]): Parsed<PersonRow> {
  const [id, first = "", last = "", , , created] = fields;
  const createdAtMs = timeOf(created);
  const name = `${first} ${last}`.trim();
  if (!isId(id)) return { reason: `"${id}" is not a person's id` };
  if (createdAtMs === null) return { reason: `"${created}" is not a time in milliseconds` };
  if (name === "") return { reason: "no name" };
  return { value: { id, name: name.slice(0, LIMITS.nameCharsMax), createdAtMs } };
}

/** id|imageFile|creationDate|ip|browser|language|content|length, and in the stream more after it. */
export function parsePost(fields: readonly string[]): Parsed<PostRow> {
  const [id, image = "", created, , , , content = ""] = fields;
  const createdAtMs = timeOf(created);
  const text = content === "" ? image : content;
  if (!isId(id)) return { reason: `"${id}" is not a post's id` };
  if (createdAtMs === null) return { reason: `"${created}" is not a time in milliseconds` };
  if (text === "") return { reason: "neither content nor an image file" };
  if (text.length > LIMITS.postCharsMax) {
    return { reason: `${text.length} characters; a post has at most ${LIMITS.postCharsMax}` };
  }
  return { value: { id, text, createdAtMs } };
}

/** id|creationDate|ip|browser|content|length, and in the stream more after it. */
export function parseComment(fields: readonly string[]): Parsed<CommentRow> {
  const [id, created, , , text = ""] = fields;
  const createdAtMs = timeOf(created);
  if (!isId(id)) return { reason: `"${id}" is not a comment's id` };
  if (createdAtMs === null) return { reason: `"${created}" is not a time in milliseconds` };
  if (text === "") return { reason: "no content" };
  if (text.length > LIMITS.commentCharsMax) {
    return { reason: `${text.length} characters; a comment has at most ${LIMITS.commentCharsMax}` };
  }
  return { value: { id, text, createdAtMs } };
}

/** from|to|creationDate */
export function parseLink(fields: readonly string[]): Parsed<LinkRow> {
  const [from, to, created] = fields;
  const atMs = timeOf(created);
  if (!isId(from) || !isId(to)) return { reason: `"${from}" and "${to}" are not two ids` };
  if (atMs === null) return { reason: `"${created}" is not a time in milliseconds` };
  return { value: { from, to, atMs } };
}

/** Message|Person, or Comment|Message. */
export function parsePair(
  fields: readonly string[],
): Parsed<{ readonly id: LdbcId; readonly of: LdbcId }> {
  const [id, of] = fields;
  return isId(id) && isId(of)
    ? { value: { id, of } }
    : { reason: `"${id}" and "${of}" are not two ids` };
}

/** Columns of each table that is imported. */
const COLUMNS: Readonly<Record<string, number>> = {
  person: 10,
  person_knows_person: 3,
  post: 8,
  post_hasCreator_person: 2,
  comment: 6,
  comment_hasCreator_person: 2,
  comment_replyOf_post: 2,
  comment_replyOf_comment: 2,
  person_likes_post: 3,
  person_likes_comment: 3,
};
export const isImported = (table: string): boolean => table in COLUMNS;
export const checkColumns = (table: string, fields: readonly string[]): string | null =>
  checkCount(fields, COLUMNS[table] ?? fields.length);

/** Tables for which the product has no use, by the kind they are counted under. */
export const IGNORED: Readonly<Record<string, string>> = {
  person_hasInterest_tag: "tags",
  person_isLocatedIn_place: "places",
  person_studyAt_organisation: "organisations",
  person_workAt_organisation: "organisations",
  post_hasTag_tag: "tags",
  post_isLocatedIn_place: "places",
  comment_hasTag_tag: "tags",
  comment_isLocatedIn_place: "places",
  forum: "forums",
  forum_containerOf_post: "forums",
  forum_hasMember_person: "memberships",
  forum_hasModerator_person: "forums",
  forum_hasTag_tag: "tags",
  person_email_emailaddress: "addresses",
  person_speaks_language: "languages",
};
