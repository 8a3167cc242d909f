import type { Pool } from "../behaviour/simulate.ts";
import type { Examples } from "../examples.ts";
import type { Visit } from "../warming/hours.ts";

/** Where examples come from, and what else is known of them. */
export interface Source {
  readonly name: "simulator" | "product" | "kuairand";
  readonly examples: Examples;
  /** Who was there and when, oldest first. */
  readonly visits: readonly Visit[];
  /** Id columns whose ids name nobody where the model will serve. */
  readonly unknownIds: readonly boolean[];
  /** Unix ms at which validation and test begin; null splits by shares of the rows. */
  readonly splitMs: { readonly validFromMs: number; readonly testFromMs: number } | null;
  /** Only a simulator knows it. */
  readonly truth: Truth | null;
}

export interface Truth {
  /** rows x `HEAD_COUNT`: true probabilities of the examples, where each was shown. */
  readonly placed: Float32Array;
  /** The same, had each been shown at the top. */
  readonly top: Float32Array;
  /** All candidates of some requests, with their true probabilities at the top; oldest first. */
  readonly pools: readonly (Pool & { readonly timeMs: number })[];
}
