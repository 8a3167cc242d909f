import type { Region } from "../../regions/regions.ts";

export const feedBucketName = (region: Region, bucket: number): string =>
  `feed-bucket:${region}:${bucket}`;
