import { type Id, LOGICAL_SHARDS, idRange, logicalShard } from "../ids.ts";

/**
 * FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): spreads handles over
 * shards. Not for anything an attacker gains from colliding: a claim is checked by its payload.
 */
export function fnv1a64(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash ^= BigInt(text.charCodeAt(i));
    hash = (hash * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash;
}

/** Where the claim of a handle lives: a pseudo-id made from the handle itself. */
export const handleId = (handle: string): Id => (fnv1a64(handle) >> 1n) as Id;

/** Root of the `listed` edges: people to meet. The first id of the last logical shard. */
export const LISTED_ROOT: Id = idRange(logicalShard(LOGICAL_SHARDS - 1)).from;
