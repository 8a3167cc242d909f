import { createClient } from "@redis/client";

import { freePorts, startBackends } from "../backends.ts";
import type { Services } from "../hosted.ts";
import { type Profile } from "../histories/world.ts";

/** What the product stands on beside its own objects. */
export interface Backing {
  /** null: nothing, the embedded profile. */
  readonly services: Services | null;
  /** Drops every feed that is kept; null: that is in the product's own objects. */
  readonly flushCaches: (() => Promise<void>) | null;
  stop(): Promise<void>;
}

/** @throws ServerError that says what to do when a server cannot run here. */
export async function startBacking(profile: Profile, dataFolder: string): Promise<Backing> {
  if (profile === "embedded")
    return { services: null, flushCaches: null, stop: async () => undefined };
  const backends = await startBackends({ folder: dataFolder, ports: await freePorts() });
  const { databaseUrl, feedCache, redisUrl } = backends;
  return {
    services: { databaseUrl, feedCache },
    flushCaches: () => dropEntries(redisUrl),
    stop: () => backends.stop(),
  };
}

/** Entries alone: what buckets were told stays known, or nothing would be kept for a minute. */
async function dropEntries(redisUrl: string): Promise<void> {
  const redis = createClient({ url: redisUrl });
  await redis.connect();
  try {
    const keys = await redis.keys("*:entry:*");
    if (keys.length > 0) await redis.del(keys);
  } finally {
    redis.destroy();
  }
}
