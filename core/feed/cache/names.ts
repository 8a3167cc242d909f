import type { Region } from "../../regions/regions.ts";

export const feedBucketName = (region: Region, bucket: number): string =>
  `feed-bucket:${region}:${bucket}`;

/** Of a name that `feedBucketName` or `featureBucketName` made; null of any other. */
export const regionOfBucket = (name: string): Region | null =>
  /^(?:feed|feature)-bucket:([a-z0-9-]+):\d+$/.exec(name)?.[1] ?? null;
