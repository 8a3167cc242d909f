import type { Id } from "../../core/ids.ts";
import { stream } from "../../dev/world/random.ts";

/** Ids as people have them: a shard of a million, and a moment of a year. */
export function viewers(count: number, seed: number): readonly Id[] {
  const random = stream(seed, "viewers");
  const below = (limit: number) => BigInt(Math.floor(random.next() * limit));
  return Array.from({ length: count }, () => (below(2 ** 20) << 43n) | (below(3e10) << 2n));
}
