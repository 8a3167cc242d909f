import type { Region } from "../regions/regions.ts";
import type { TraceContext } from "../telemetry/trace.ts";
import type { Act, ClientEvents } from "./behaviour.ts";
import type { Slate } from "./slate.ts";
import type { Tallies } from "./tallies.ts";

export const featureBucketName = (region: Region, bucket: number): string =>
  `feature-bucket:${region}:${bucket}`;

/** Since the object woke up, and what it holds. */
export interface FeatureStats {
  readonly tallies: number;
  readonly slates: number;
  /** Events that counted, and those that named nothing that is kept, or came again. */
  readonly counted: number;
  readonly ignored: number;
}

/**
 * RPC contract of a feature bucket: what some viewers of one region were shown and what they did, as
 * decayed counters. A bucket is a fair sample of the audience, so authors, posts and topics are counted as
 * its own viewers saw them, and one call knows all that a page needs.
 */
export interface FeatureBucketService {
  /** @param trace of a sampled request. */
  facts(keys: readonly string[], trace?: TraceContext): Promise<Tallies>;
  keep(slate: Slate): Promise<void>;
  tell(events: ClientEvents): Promise<void>;
  act(act: Act): Promise<void>;
  stats(): Promise<FeatureStats>;
}
