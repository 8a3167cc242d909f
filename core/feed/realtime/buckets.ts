import { formatId, type Id } from "../../ids.ts";
import { fingerprint, jumpHash } from "../../hash.ts";
import type { SocketTopology } from "./port.ts";

/** Spread by a hash: ids of one shard or one day must not meet in one bucket. More buckets move few viewers. */
export const socketTopology = (buckets: number): SocketTopology => ({
  buckets,
  bucketOf: (viewer: Id) =>
    jumpHash(Number.parseInt(fingerprint(formatId(viewer)).slice(0, 8), 16), buckets),
});
