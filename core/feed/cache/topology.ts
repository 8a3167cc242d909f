import { jumpHash } from "../../hash.ts";
import type { Id } from "../../ids.ts";
import { LIMITS } from "../../limits.ts";
import type { FeedCacheTopology } from "./port.ts";

/** Spreads ids whose bits say shard and time: Knuth's multiplicative hash, 64 bits. */
const GOLDEN = 0x9e3779b97f4a7c15n;

/** Buckets are the same in every region, and for feed entries and features alike. More buckets move few viewers. */
export const feedTopology = (buckets: number = LIMITS.feedBuckets): FeedCacheTopology => ({
  buckets,
  bucketOf: (viewer: Id) => jumpHash(Number(BigInt.asUintN(64, viewer * GOLDEN) >> 32n), buckets),
});
