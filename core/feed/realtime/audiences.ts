import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import { compareVersions, type Version } from "../../tao/version.ts";
import type { Audience } from "../schemas.ts";

interface Told {
  readonly audience: Audience;
  /** Place in the post's log; null when whoever told it did not say. */
  readonly at: Version | null;
  /** Unix ms. */
  readonly atMs: number;
  readonly revision: number;
}

/** The audience that a post was lately given, as far as this bucket was told; null: nothing of late. */
export type AudienceOf = (post: Id) => Audience | null;

/**
 * Audiences that fan-out told of. The graph is asked at a follower, which may still have the one
 * before: until it cannot lag any more, a post is for whom both say.
 */
export class Audiences {
  /** Oldest first. */
  readonly #told = new Map<Id, Told>();
  #revision = 0;

  /** Counts what was told: an answer to what was asked at one revision knows nothing of later ones. */
  get revision(): number {
    return this.#revision;
  }

  /** @returns false for one that is older than what is known. */
  add(post: Id, audience: Audience, at: Version | null, nowMs: number): boolean {
    const known = this.#told.get(post);
    if (known !== undefined && isRecent(known, nowMs) && compareVersions(at, known.at) < 0)
      return false;
    this.#told.delete(post);
    this.#told.set(post, { audience, at, atMs: nowMs, revision: ++this.#revision });
    const [oldest] = this.#told.keys();
    if (this.#told.size > LIMITS.socketRevokedMax && oldest !== undefined)
      this.#told.delete(oldest);
    return true;
  }

  get(post: Id, nowMs: number): Audience | null {
    const told = this.#told.get(post);
    return told !== undefined && isRecent(told, nowMs) ? told.audience : null;
  }

  isSince(post: Id, revision: number): boolean {
    return (this.#told.get(post)?.revision ?? 0) > revision;
  }
}

const isRecent = ({ atMs }: Told, nowMs: number): boolean => nowMs - atMs < LIMITS.socketRevokedMs;
