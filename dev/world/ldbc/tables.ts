import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The files of LDBC SNB Interactive v1 `dynamic/`, by name, with their header line. */
export const HEADERS = {
  person:
    "id|firstName|lastName|gender|birthday|creationDate|locationIP|browserUsed|language|email",
  person_hasInterest_tag: "Person.id|Tag.id",
  person_isLocatedIn_place: "Person.id|Place.id",
  person_knows_person: "Person.id|Person.id|creationDate",
  person_likes_comment: "Person.id|Comment.id|creationDate",
  person_likes_post: "Person.id|Post.id|creationDate",
  person_studyAt_organisation: "Person.id|Organisation.id|classYear",
  person_workAt_organisation: "Person.id|Organisation.id|workFrom",
  post: "id|imageFile|creationDate|locationIP|browserUsed|language|content|length",
  post_hasCreator_person: "Post.id|Person.id",
  post_hasTag_tag: "Post.id|Tag.id",
  post_isLocatedIn_place: "Post.id|Place.id",
  comment: "id|creationDate|locationIP|browserUsed|content|length",
  comment_hasCreator_person: "Comment.id|Person.id",
  comment_hasTag_tag: "Comment.id|Tag.id",
  comment_isLocatedIn_place: "Comment.id|Place.id",
  comment_replyOf_comment: "Comment.id|Comment.id",
  comment_replyOf_post: "Comment.id|Post.id",
  forum: "id|title|creationDate",
  forum_containerOf_post: "Forum.id|Post.id",
  forum_hasMember_person: "Forum.id|Person.id|joinDate",
  forum_hasModerator_person: "Forum.id|Person.id",
  forum_hasTag_tag: "Forum.id|Tag.id",
} as const;
export type Table = keyof typeof HEADERS;

export type Field = string | number;
const ROWS_HELD = 5_000;

/** A field may hold neither the separator nor a line break; both become a space. */
export const toLine = (fields: readonly Field[]): string =>
  fields.map((field) => String(field).replaceAll(/[|\r\n]+/g, " ")).join("|");

/** Appends rows to the tables of one folder, a few thousand at a time. */
export class Tables {
  readonly #folder: string;
  readonly #held = new Map<Table, string[]>();
  readonly rows = new Map<Table, number>();

  constructor(folder: string) {
    this.#folder = path.join(folder, "dynamic");
    mkdirSync(this.#folder, { recursive: true });
    for (const [table, header] of Object.entries(HEADERS)) {
      writeFileSync(path.join(this.#folder, `${table}_0_0.csv`), `${header}\n`);
    }
  }

  add(table: Table, ...fields: readonly Field[]): void {
    const held = this.#held.get(table) ?? [];
    held.push(toLine(fields));
    this.#held.set(table, held);
    this.rows.set(table, (this.rows.get(table) ?? 0) + 1);
    if (held.length >= ROWS_HELD) this.#flush(table, held);
  }

  close(): void {
    for (const [table, held] of this.#held) this.#flush(table, held);
  }

  #flush(table: Table, held: string[]): void {
    if (held.length > 0)
      appendFileSync(path.join(this.#folder, `${table}_0_0.csv`), `${held.join("\n")}\n`);
    held.length = 0;
  }
}
