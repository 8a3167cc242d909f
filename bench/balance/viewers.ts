import { type Id, idFromKey } from "../../core/ids.ts";
import { stream } from "../../dev/world/random.ts";

/** Ids as people have them: a shard of a million, and a moment of a year. */
export function viewers(count: number, seed: number): readonly Id[] {
  const random = stream(seed, "viewers");
  const below = (limit: number) => BigInt(Math.floor(random.next() * limit));
  const key = () => ((below(2 ** 20) << 43n) | (below(3e10) << 2n)).toString(16);
  return Array.from({ length: count }, () => idFromKey(key()));
}
