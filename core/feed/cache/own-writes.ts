import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { PhysicalShard } from "../../tao/shard-map.ts";
import { compareVersions, formatVersion, type Version } from "../../tao/version.ts";
import type { ReactionKind } from "../schemas.ts";
import type { BucketEvent, OwnWrite } from "./port.ts";

/**
 * What an entry was told of its viewer's own writes. Each names the one that its client had made before it
 * on that shard, so an entry knows whether it reflects all that a ticket demands, or only the latest of it:
 * what nobody told, or another device's, is a gap.
 */
export class OwnWrites {
  readonly #prev = new Map<string, Version | null>();
  /** Writes that only a new entry shows, of whichever device, by shard. */
  readonly #others = new Map<PhysicalShard, readonly Version[]>();
  /** The newest of each post; undefined: what was read reflects it, and so is newer than what is told late. */
  readonly #reactions = new Map<
    Id,
    { readonly at: Version; readonly kind: ReactionKind | null | undefined }
  >();
  #upTo: Version | null = null;
  #count = 0;
  /** It was told more than it keeps. */
  #isFull = false;

  /** The newest reaction that is shown here. */
  get upTo(): Version | null {
    return this.#upTo;
  }

  /**
   * In any order, and twice.
   *
   * @param isNews false: whatever was read reflects it already.
   * @returns whether pages may have changed, beside their posts.
   */
  add({ shard, prev, at, change }: OwnWrite, isNews: boolean): boolean {
    // A chain that does not lead back would have no end.
    if (compareVersions(prev, at) >= 0) return false;
    if (this.#count >= LIMITS.feedOwnWritesMax) {
      this.#isFull = true;
      return false;
    }
    this.#count++;
    if (change === "other") {
      this.#others.set(shard, [...(this.#others.get(shard) ?? []), at]);
      return false;
    }
    this.#prev.set(placeOf(shard, at), prev);
    if (change?.reaction === undefined) return false;
    const known = this.#reactions.get(change.post);
    if (known !== undefined && compareVersions(known.at, at) >= 0) return false;
    this.#reactions.set(change.post, { at, kind: isNews ? change.reaction : undefined });
    if (!isNews) return false;
    if (compareVersions(this.#upTo, at) < 0) this.#upTo = at;
    return true;
  }

  /** Whether all that a client wrote on a shard, up to `at`, was told here, or read: up to `read`. */
  reflects(shard: PhysicalShard, at: Version, read: Version | null): boolean {
    if (this.#isFull) return compareVersions(read, at) >= 0;
    const isOther = (other: Version): boolean =>
      compareVersions(read, other) < 0 && compareVersions(other, at) <= 0;
    if (this.#others.get(shard)?.some(isOther) === true) return false;
    let next: Version | null = at;
    while (next !== null && compareVersions(read, next) < 0) {
      const prev = this.#prev.get(placeOf(shard, next));
      if (prev === undefined) return false;
      next = prev;
    }
    return true;
  }

  /** undefined: nothing was told. */
  reactionTo = (post: Id): ReactionKind | null | undefined => this.#reactions.get(post)?.kind;
}

const placeOf = (shard: PhysicalShard, at: Version): string => `${shard}:${formatVersion(at)}`;

/** An own write brings a count along, which is one like any other. */
export const withCounts = (events: readonly BucketEvent[]): BucketEvent[] =>
  events.flatMap((event): BucketEvent[] => {
    if (event.kind !== "own" || event.change === null || event.change === "other") return [event];
    const { post, of, count, countAt } = event.change;
    return [event, { kind: "count", post, of, count, at: countAt }];
  });
