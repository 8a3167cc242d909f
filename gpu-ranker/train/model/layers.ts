import type { Random } from "../../../core/clock.ts";
import { normal } from "../random.ts";
import { add, matmul } from "../tape/operators.ts";
import type { Param, Params, Tape, Value } from "../tape/tape.ts";

/** The value of a weight in the graph that is being made, by its name. */
export type Weights = (name: string) => Value;

/** What is trained: how its weights begin, and what it computes. */
export interface Architecture {
  readonly name: "heavy" | "light";
  /** Width of one id's embedding; 0 for a model that reads no ids. */
  readonly embedding: number;
  /** @param rates how often each head happened: where the bias begins. */
  init(random: Random, rates: readonly number[]): Params;
  /**
   * @param dense n x `DENSE_COUNT`, normalised.
   * @param embedded n x (ids x `embedding`).
   * @returns logits, n x `HEAD_COUNT`.
   */
  logits(tape: Tape, weights: Weights, dense: Value, embedded: Value): Value;
}

/** Normal, with the deviation that keeps the variance of what `inputs` rectified values sum to (He et al., 2015). */
export function drawn(random: Random, dims: readonly number[], inputs: number, gain = 1): Param {
  const values = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  for (let at = 0; at < values.length; at++)
    values[at] = normal(random) * gain * Math.sqrt(2 / inputs);
  return { dims, values };
}

export const filled = (dims: readonly number[], value = 0): Param => ({
  dims,
  values: new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(value),
});

const RATE_MIN = 1e-4;

/** A bias that says `rates` when nothing else speaks. */
export function logOdds(rates: readonly number[]): Param {
  const values = Float32Array.from(rates, (rate) => {
    const kept = Math.min(1 - RATE_MIN, Math.max(RATE_MIN, rate));
    return Math.log(kept / (1 - kept));
  });
  return { dims: [1, rates.length], values };
}

/** `x @ name.w + name.b`. */
export const affine = (tape: Tape, weights: Weights, name: string, x: Value): Value =>
  add(tape, matmul(tape, x, weights(`${name}.w`)), weights(`${name}.b`));
