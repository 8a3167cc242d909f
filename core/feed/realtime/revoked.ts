import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";

/** Posts that were withdrawn of late: what was asked before may still be answered after. */
export class Revoked {
  /** Unix ms; oldest first. */
  readonly #atMs = new Map<Id, number>();

  add(post: Id, nowMs: number): void {
    this.#atMs.delete(post);
    this.#atMs.set(post, nowMs);
    const [oldest] = this.#atMs.keys();
    if (this.#atMs.size > LIMITS.socketRevokedMax && oldest !== undefined)
      this.#atMs.delete(oldest);
  }

  has(post: Id, nowMs: number): boolean {
    const atMs = this.#atMs.get(post);
    return atMs !== undefined && nowMs - atMs < LIMITS.socketRevokedMs;
  }
}
