import type { MapRegister } from "../core/regions/coordinator-service.ts";
import { decodeMap, encodeMap } from "../core/regions/map-wire.ts";
import { LIMITS } from "../core/limits.ts";
import { inTime } from "./in-time.ts";

/** The one object of the bucket. Its history is not kept: the map names its own revision. */
const KEY = "shard-map.json";

/**
 * The register over an R2 bucket: reads there see every write before them, and a put may
 * depend on what it replaces. One key takes about one write a second.
 * Sources: developers.cloudflare.com/r2/reference/consistency, .../r2/api/workers/workers-api-reference
 */
export function r2MapRegister(
  bucket: Pick<R2Bucket, "get" | "put">,
  timeoutMs: number = LIMITS.registerTimeoutMs,
): MapRegister {
  return {
    read: () =>
      inTime(timeoutMs, "the register", async () => {
        const object = await bucket.get(KEY);
        return object === null ? null : { map: decodeMap(await object.text()), tag: object.etag };
      }),
    put: (map, tag) =>
      inTime(timeoutMs, "the register", async () => {
        const onlyIf = tag === null ? { etagDoesNotMatch: "*" } : { etagMatches: tag };
        return (await bucket.put(KEY, encodeMap(map), { onlyIf }))?.etag ?? null;
      }),
  };
}
