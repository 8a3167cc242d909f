import { formatId, type Id } from "../../ids.ts";
import type { Audience, ReactionKind, User } from "../schemas.ts";
import { type PostCounts, type PostPayload, toId } from "../views.ts";
import type { CellContent } from "./record.ts";

/** What a cell takes beside its text, bytes: an estimate. */
const CELL_BYTES = 400;

/**
 * A post in a bucket, shared by all entries that show it: text for any viewer, except what the
 * viewer's own reaction is. What changes it moves its stamp, by which pages know that they are old.
 */
export class BucketCell {
  readonly id: Id;
  readonly author: Id;
  readonly embeds: "nothing" | "repost" | "quote";
  readonly original: Id | null;
  user: User;
  audience: Audience;
  /** How many pictures and videos it has. */
  media: number;
  /** Deleted: whoever still holds it shows nothing. */
  isGone = false;
  stamp: number;
  /** When its content was read, Unix ms by the bucket's clock. */
  asOfMs: number;
  /** Slots that hold it. */
  refs = 0;
  /** What it was made of, until it is first shown: then its text is all that stays. */
  #payload: PostPayload | null;
  #front = "";
  #back = "";
  #counts: PostCounts;
  #text: string | null = null;

  constructor({ post, user }: CellContent, asOfMs: number, stamp: number) {
    const { id, author, payload, counts } = post;
    const original = payload.repostOf ?? payload.quoteOf;
    this.id = id;
    this.author = author;
    this.original = original === undefined ? null : toId(original);
    this.embeds =
      original === undefined ? "nothing" : payload.repostOf === undefined ? "quote" : "repost";
    this.user = user;
    this.audience = payload.audience;
    this.media = payload.media.length;
    this.#payload = payload;
    this.#counts = counts;
    this.asOfMs = asOfMs;
    this.stamp = stamp;
  }

  get counts(): PostCounts {
    return this.#counts;
  }

  get bytes(): number {
    const payload = this.#payload;
    const text =
      payload === null
        ? this.#front.length + this.#back.length + (this.#text?.length ?? 0)
        : payload.text.length + 100 * payload.media.length;
    return CELL_BYTES + text + this.user.bio.length;
  }

  /** What a newer build read. */
  renew({ post, user }: CellContent, asOfMs: number, stamp: number): void {
    this.user = user;
    this.audience = post.payload.audience;
    this.media = post.payload.media.length;
    this.#payload = post.payload;
    this.#counts = post.counts;
    this.asOfMs = asOfMs;
    this.#changed(stamp);
  }

  count(of: keyof PostCounts, count: number, stamp: number): void {
    if (this.#counts[of] === count) return;
    this.#counts = { ...this.#counts, [of]: count };
    this.#changed(stamp);
  }

  admitOnly(audience: Audience, stamp: number): void {
    this.audience = audience;
    this.#changed(stamp);
  }

  remove(stamp: number): void {
    this.isGone = true;
    this.stamp = stamp;
  }

  /** JSON text of an `EmbeddedPost`, without its last brace: more may follow. */
  text(reaction: ReactionKind | null): string {
    if (this.#payload !== null) this.#render(this.#payload);
    const { reactions, comments, reposts } = this.#counts;
    this.#text ??= `${this.#front}${this.audience}${this.#back}{"reactions":${reactions},"comments":${comments},"reposts":${reposts}},"viewer":{"reaction":`;
    return reaction === null ? `${this.#text}null}` : `${this.#text}"${reaction}"}`;
  }

  #render({ text, media, createdAtMs }: PostPayload): void {
    const author = JSON.stringify(this.user);
    this.#front = `{"id":"${formatId(this.id)}","author":${author},"text":${JSON.stringify(text)},"audience":"`;
    this.#back = `","media":${JSON.stringify(media)},"createdAtMs":${createdAtMs},"counts":`;
    this.#payload = null;
  }

  #changed(stamp: number): void {
    this.#text = null;
    this.stamp = stamp;
  }
}

/** The cells of a bucket, each as long as a slot holds it. */
export class CellTable {
  readonly #cells = new Map<Id, BucketCell>();
  /** Moves with every change of any cell. */
  stamp = 0;

  get size(): number {
    return this.#cells.size;
  }

  get = (id: Id): BucketCell | undefined => this.#cells.get(id);

  /** The cell of a post that was read, or brought, at `asOfMs`: one that is known is newer, or made new. */
  take(content: CellContent, asOfMs: number): BucketCell {
    const { id } = content.post;
    const known = this.#cells.get(id);
    if (known === undefined) {
      const cell = new BucketCell(content, asOfMs, ++this.stamp);
      this.#cells.set(id, cell);
      return cell;
    }
    if (asOfMs > known.asOfMs) known.renew(content, asOfMs, ++this.stamp);
    return known;
  }

  release(cell: BucketCell | null): void {
    if (cell === null) return;
    cell.refs--;
    // One that is gone may have been read anew since.
    if (cell.refs <= 0 && this.#cells.get(cell.id) === cell) this.#cells.delete(cell.id);
  }

  remove(id: Id): void {
    this.#cells.get(id)?.remove(++this.stamp);
    this.#cells.delete(id);
  }

  admitOnly(id: Id, audience: Audience): void {
    this.#cells.get(id)?.admitOnly(audience, ++this.stamp);
  }

  count(id: Id, of: keyof PostCounts, count: number): void {
    this.#cells.get(id)?.count(of, count, ++this.stamp);
  }
}
