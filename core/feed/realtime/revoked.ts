import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";

/**
 * What was withdrawn of late: what was asked before may still be answered after. Posts by their id; who
 * is hidden from a viewer by both.
 */
export class Revoked<Key extends Id | string> {
  /** Unix ms; oldest first. */
  readonly #atMs = new Map<Key, number>();

  add(key: Key, nowMs: number): void {
    this.#atMs.delete(key);
    this.#atMs.set(key, nowMs);
    const [oldest] = this.#atMs.keys();
    if (this.#atMs.size > LIMITS.socketRevokedMax && oldest !== undefined)
      this.#atMs.delete(oldest);
  }

  has(key: Key, nowMs: number): boolean {
    return this.isSince(key, nowMs - LIMITS.socketRevokedMs + 1);
  }

  isSince(key: Key, sinceMs: number): boolean {
    const atMs = this.#atMs.get(key);
    return atMs !== undefined && atMs >= sinceMs;
  }
}
