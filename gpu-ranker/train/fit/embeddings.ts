import type { Random } from "../../../core/clock.ts";
import { ID_COUNT } from "../../../core/ranking/features.ts";
import { TABLE_ROWS } from "../model/graphs.ts";
import { normal, seeded } from "../random.ts";
import type { Param } from "../tape/tape.ts";
import { RowAdagrad } from "./optimisers.ts";

const START = 0.02;

interface Options {
  readonly seed: number;
  readonly unknownIds: readonly boolean[];
  readonly unknownShare: number;
}

/** The tables of hashed ids. Row 0 stands for none and for unknown. */
export class Embeddings {
  readonly #width: number;
  readonly #tables: readonly Param[];
  readonly #rows: readonly RowAdagrad[];
  readonly #unknown: readonly boolean[];
  readonly #unknownShare: number;

  constructor(width: number, { seed, unknownIds, unknownShare }: Options) {
    this.#width = width;
    this.#unknown = unknownIds;
    this.#unknownShare = unknownShare;
    this.#tables = width === 0 ? [] : TABLE_ROWS.map((rows, at) => started(rows, width, seed, at));
    this.#rows = this.#tables.map((table) => new RowAdagrad(table));
  }

  /** The ids of `rows`, some of them unknown by chance. */
  draw(ids: Int32Array, rows: Int32Array, chance: Random): Int32Array {
    const out = new Int32Array(rows.length * ID_COUNT);
    for (const [at, row] of rows.entries())
      for (let column = 0; column < ID_COUNT; column++) {
        const isUnknown = chance.next() < this.#unknownShare || this.#unknown[column] === true;
        out[at * ID_COUNT + column] = isUnknown ? 0 : (ids[row * ID_COUNT + column] ?? 0);
      }
    return out;
  }

  /** @returns rows x (ids x width). */
  look(ids: Int32Array): Float32Array {
    const width = this.#width;
    const out = new Float32Array(ids.length * width);
    for (const [at, row] of ids.entries()) {
      const values = this.#tables[at % ID_COUNT]?.values;
      if (values !== undefined)
        out.set(values.subarray(row * width, (row + 1) * width), at * width);
    }
    return out;
  }

  step(ids: Int32Array, gradient: Float32Array, rate: number): void {
    for (const [at, row] of ids.entries())
      this.#rows[at % ID_COUNT]?.step(row, gradient, at * this.#width, rate);
  }

  /** As they are served: a row that no example has trained says what row 0 says. */
  tables(): Param[] {
    return this.#tables.map(({ dims, values }, column) => {
      const served = values.slice();
      const width = this.#width;
      for (let row = 1; row < (dims[0] ?? 0); row++)
        if (this.#rows[column]?.isTouched(row) !== true) served.copyWithin(row * width, 0, width);
      return { dims, values: served };
    });
  }
}

function started(rows: number, width: number, seed: number, at: number): Param {
  const random = seeded(seed, "embedding", at);
  const values = Float32Array.from({ length: rows * width }, () => normal(random) * START);
  return { dims: [rows, width], values };
}
