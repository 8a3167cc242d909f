import type { Random } from "../../../core/clock.ts";

/**
 * Draws an index by weight in constant time: the alias method.
 * Vose, "A linear algorithm for generating random numbers with a given distribution", 1991.
 */
export class Alias {
  readonly #keep: Float64Array;
  readonly #other: Uint32Array;

  /** @throws RangeError when there is no weight at all. */
  constructor(weights: readonly number[]) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!(total > 0)) throw new RangeError("no weight to draw by");
    const scaled = weights.map((weight) => (weight * weights.length) / total);
    this.#keep = new Float64Array(weights.length).fill(1);
    this.#other = Uint32Array.from(weights, (_, index) => index);
    const small = scaled.flatMap((share, index) => (share < 1 ? [index] : []));
    const large = scaled.flatMap((share, index) => (share < 1 ? [] : [index]));
    while (small.length > 0 && large.length > 0) {
      const less = small.pop() ?? 0;
      const more = large.at(-1) ?? 0;
      this.#keep[less] = scaled[less] ?? 0;
      this.#other[less] = more;
      scaled[more] = (scaled[more] ?? 0) - (1 - (scaled[less] ?? 0));
      if ((scaled[more] ?? 0) < 1) {
        large.pop();
        small.push(more);
      }
    }
  }

  draw(random: Random): number {
    const at = random.next() * this.#keep.length;
    const index = Math.floor(at);
    return random.next() < (this.#keep[index] ?? 1) ? index : (this.#other[index] ?? index);
  }
}
