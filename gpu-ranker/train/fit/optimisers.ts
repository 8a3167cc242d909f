import type { Param } from "../tape/tape.ts";

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/** Adam with decoupled weight decay (https://arxiv.org/abs/1711.05101), in place. */
export class Adam {
  readonly #values: Float32Array;
  readonly #mean: Float32Array;
  readonly #square: Float32Array;
  readonly #decay: number;
  #steps = 0;

  /** @param decay share of a weight that is taken away per step and unit of rate. */
  constructor(param: Param, decay: number) {
    this.#values = param.values;
    this.#mean = new Float32Array(param.values.length);
    this.#square = new Float32Array(param.values.length);
    this.#decay = decay;
  }

  step(gradient: Float32Array, rate: number): void {
    const [values, means, squares] = [this.#values, this.#mean, this.#square];
    this.#steps++;
    const scale1 = 1 / (1 - BETA_1 ** this.#steps);
    const scale2 = 1 / (1 - BETA_2 ** this.#steps);
    for (let at = 0; at < values.length; at++) {
      const slope = gradient[at] ?? 0;
      const mean = BETA_1 * (means[at] ?? 0) + (1 - BETA_1) * slope;
      const square = BETA_2 * (squares[at] ?? 0) + (1 - BETA_2) * slope * slope;
      means[at] = mean;
      squares[at] = square;
      const value = values[at] ?? 0;
      const move = (mean * scale1) / (Math.sqrt(square * scale2) + EPSILON);
      values[at] = value - rate * (move + this.#decay * value);
    }
  }
}

/**
 * Rows of an embedding table, each with a step size of its own: Adagrad with one sum per row
 * (https://arxiv.org/abs/2307.04088 calls it row-wise). Only rows that a batch names are touched.
 */
export class RowAdagrad {
  readonly #values: Float32Array;
  readonly #width: number;
  readonly #sums: Float32Array;

  constructor({ dims, values }: Param) {
    this.#values = values;
    this.#width = dims[1] ?? 1;
    this.#sums = new Float32Array(dims[0] ?? 0);
  }

  /** `gradient` begins at `from` of its array. */
  step(row: number, gradient: Float32Array, from: number, rate: number): void {
    const width = this.#width;
    let square = 0;
    for (let at = 0; at < width; at++) square += (gradient[from + at] ?? 0) ** 2;
    if (square === 0) return;
    const sum = (this.#sums[row] ?? 0) + square / width;
    this.#sums[row] = sum;
    const scale = rate / (Math.sqrt(sum) + EPSILON);
    for (let at = 0; at < width; at++) {
      const place = row * width + at;
      this.#values[place] = (this.#values[place] ?? 0) - scale * (gradient[from + at] ?? 0);
    }
  }

  isTouched(row: number): boolean {
    return (this.#sums[row] ?? 0) > 0;
  }
}
