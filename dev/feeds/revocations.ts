import type { Change } from "./changes.ts";
import type { ModelPost } from "./model.ts";

/** Ways in which something stops being for somebody. */
export const REVOCATIONS = ["delete", "audience", "block", "unfriend", "unfollow", "mute"] as const;
export type RevocationKind = (typeof REVOCATIONS)[number];

export interface Revocation {
  readonly kind: RevocationKind;
  /** When the product acknowledged it, Unix ms. */
  readonly atMs: number;
}

/** What was taken back, and when it was last. */
export class Revocations {
  readonly #posts = new Map<string, Revocation>();
  /** By viewer and author. */
  readonly #pairs = new Map<string, Revocation>();

  note(change: Change, atMs: number): void {
    switch (change.kind) {
      case "deleted":
        this.#posts.set(change.post, { kind: "delete", atMs });
        return;
      case "audience":
        if (change.audience !== "public") this.#posts.set(change.post, { kind: "audience", atMs });
        return;
      case "bond":
        return this.#bond(change, atMs);
      default:
        return;
    }
  }

  /** The last one that may have hidden any of these posts from the viewer; null: none ever did. */
  last(viewer: string, posts: readonly ModelPost[]): Revocation | null {
    const found = posts.flatMap(({ id, author }) => [
      this.#posts.get(id) ?? [],
      this.#pairs.get(`${viewer} ${author}`) ?? [],
    ]);
    return found
      .flat()
      .reduce<Revocation | null>(
        (last, one) => (last === null || one.atMs > last.atMs ? one : last),
        null,
      );
  }

  #bond({ bond, from, to, on }: Extract<Change, { kind: "bond" }>, atMs: number): void {
    const one = (kind: RevocationKind) => this.#pairs.set(`${from} ${to}`, { kind, atMs });
    const both = (kind: RevocationKind) => {
      one(kind);
      this.#pairs.set(`${to} ${from}`, { kind, atMs });
    };
    if (bond === "block" && on) both("block");
    if (bond === "friend" && !on) both("unfriend");
    if (bond === "follow" && !on) one("unfollow");
    if (bond === "mute" && on) one("mute");
  }
}
