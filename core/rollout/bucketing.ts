import { ROLLOUT_LIMITS } from "./limits.ts";
import { murmur3 } from "./murmur3.ts";

const BUCKET_SEED = 0;
/** Another seed, so that the cells of a share's viewers are as mixed as everybody's. */
const CELL_SEED = 0x9747b28c;

/** Where a viewer stands for one flag, from 0 to 9,999: the same in every isolate and at every share. */
export const bucketOf = (flag: string, viewer: string): number =>
  murmur3(`${flag}:${viewer}`, BUCKET_SEED) % ROLLOUT_LIMITS.rolloutBuckets;

/** The group of viewers by which this one's outcomes are counted. Independent of the bucket. */
export const cellOf = (flag: string, viewer: string): number =>
  murmur3(`${flag}:${viewer}`, CELL_SEED) % ROLLOUT_LIMITS.rolloutCells;

/** Whoever is inside at one share is inside at every larger one. @param share of all viewers, in 1/10,000. */
export const isInside = (bucket: number, share: number): boolean => bucket < share;
