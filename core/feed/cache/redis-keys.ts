import { formatId, type Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { Region } from "../../regions/regions.ts";

/** Moves with every change of what keys hold, so that no version reads what another wrote. */
const FORMAT = 2;

const SLICE_MS = LIMITS.feedRedisSliceMs;

/** A stretch of time, by number; its events are in one key. */
export type SliceNumber = number;

export const sliceOf = (atMs: number): SliceNumber => Math.floor(atMs / SLICE_MS);
export const sliceEndMs = (slice: SliceNumber): number => (slice + 1) * SLICE_MS;

/** Those that hold what is remembered, newest first; the clock of who wrote it may be ahead. */
export const slicesAt = (nowMs: number): SliceNumber[] => slicesSince(nowMs, REMEMBERED_MS);
/** Those that an entry of at most `ttlFactor` times the usual age needs. */
export const slicesFor = (nowMs: number, ttlFactor: number): SliceNumber[] =>
  slicesSince(nowMs, neededMs(LIMITS.feedCacheTtlMs * ttlFactor));
/** Those in which whoever has an entry put it. */
export const activeSlicesAt = (nowMs: number): SliceNumber[] =>
  slicesSince(nowMs, LIMITS.feedCacheTtlMs);

/** An entry that is about to expire needs what came a follower's TTL before it was built. */
const neededMs = (ttlMs: number): number => ttlMs + LIMITS.followerTtlMs + LIMITS.feedBuildMsMax;

/** Entries end by themselves after the longest that any level lets them live; who reads one judges its age. */
export const ENTRY_TTL_MS = LIMITS.feedCacheTtlMs * LIMITS.degradedTtlFactor;
export const REMEMBERED_MS = neededMs(ENTRY_TTL_MS);

function slicesSince(nowMs: number, backMs: number): SliceNumber[] {
  const newest = sliceOf(nowMs + LIMITS.feedRedisSkewMs);
  const oldest = sliceOf(nowMs - backMs - LIMITS.feedRedisSkewMs);
  return Array.from({ length: newest - oldest + 1 }, (_, n) => newest - n);
}

/** Longer than any read looks for it: a slice that is missed then was evicted. */
export const sliceTtlMs = (slice: SliceNumber, nowMs: number): number =>
  Math.max(1, sliceEndMs(slice) - nowMs + REMEMBERED_MS + 6 * LIMITS.feedRedisSkewMs);

/** Keys of one bucket of a region's feed cache, all in one slot of a cluster. */
export interface BucketKeys {
  /** The generation: its name, since when it is whole, its newest event. */
  readonly head: string;
  readonly entry: (viewer: Id) => string;
  /** Whose posts belong in the entry. */
  readonly follows: (viewer: Id) => string;
  readonly events: (slice: SliceNumber) => string;
  /** Who wrote the posts in it. */
  readonly authors: (slice: SliceNumber) => string;
  readonly active: (slice: SliceNumber) => string;
}

/** @param run named by the operator: another one begins with nothing. */
export function bucketKeys(
  run: string,
  region: Region,
  bucket: number,
  buckets: number,
): BucketKeys {
  const base = `edgewise:feed:${FORMAT}:${run}:{${region}:${bucket}/${buckets}}`;
  return {
    head: `${base}:head`,
    entry: (viewer) => `${base}:entry:${formatId(viewer)}`,
    follows: (viewer) => `${base}:follows:${formatId(viewer)}`,
    events: (slice) => `${base}:events:${slice}`,
    authors: (slice) => `${base}:authors:${slice}`,
    active: (slice) => `${base}:active:${slice}`,
  };
}
