import { DENSE_COUNT, ID_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import {
  add,
  concat,
  matmul,
  multiply,
  relu,
  reshape,
  softmax,
  transpose,
} from "../tape/operators.ts";
import type { Tape, Value } from "../tape/tape.ts";
import { affine, type Architecture, drawn, filled, logOdds, type Weights } from "./layers.ts";

/** Widths. Small on purpose: a log of some 100,000 rows feeds no more, and two CPU cores serve it in time. */
const EMBEDDING = 8;
const CROSSES = 2;
const RANK = 24;
const DEEP = 64;
const EXPERTS = 4;
const EXPERT = 24;
const TOWER = 12;

const INPUT = DENSE_COUNT + ID_COUNT * EMBEDDING;
const MIXED = INPUT + DEEP;

/**
 * Low-rank cross layers of DCN-v2 (https://arxiv.org/abs/2008.13535) beside one deep layer, experts
 * that each tower mixes by a gate of its own (MMoE, https://doi.org/10.1145/3219819.3220007), as many
 * towers as heads, whose outputs every head reads, and a straight line from the input to every head.
 * All experts are one product, all gates another, all towers a third.
 */
export const heavy: Architecture = {
  name: "heavy",
  embedding: EMBEDDING,
  init: (random, rates) =>
    new Map([
      ...Array.from({ length: CROSSES }, (_, at) => at).flatMap((at) => [
        [`cross${at}.v`, drawn(random, [INPUT, RANK], INPUT, 0.7)] as const,
        [`cross${at}.u`, drawn(random, [RANK, INPUT], RANK, 0.3)] as const,
        [`cross${at}.b`, filled([1, INPUT])] as const,
      ]),
      ["deep.w", drawn(random, [INPUT, DEEP], INPUT)],
      ["deep.b", filled([1, DEEP])],
      ["experts.w", drawn(random, [MIXED, EXPERTS * EXPERT], MIXED, 0.5)],
      ["experts.b", filled([1, EXPERTS * EXPERT])],
      ["gates.w", drawn(random, [INPUT, HEAD_COUNT * EXPERTS], INPUT, 0.1)],
      ["gates.b", filled([1, HEAD_COUNT * EXPERTS])],
      ["towers.w", drawn(random, [HEAD_COUNT, EXPERT, TOWER], EXPERT)],
      ["towers.b", filled([HEAD_COUNT, 1, TOWER])],
      ["out.w", drawn(random, [HEAD_COUNT * TOWER, HEAD_COUNT], HEAD_COUNT * TOWER, 0.3)],
      ["line.w", filled([INPUT, HEAD_COUNT])],
      ["line.b", logOdds(rates)],
    ]),

  logits(tape, weights, dense, embedded) {
    const x = concat(tape, [dense, embedded]);
    const features = concat(tape, [crossed(tape, weights, x), deep(tape, weights, x)]);
    const experts = reshape(tape, relu(tape, affine(tape, weights, "experts", features)), [
      "n",
      EXPERTS,
      EXPERT,
    ]);
    const opened = reshape(tape, affine(tape, weights, "gates", x), ["n", HEAD_COUNT, EXPERTS]);
    const mixed = matmul(tape, softmax(tape, opened), experts);
    const perHead = transpose(tape, mixed, [1, 0, 2]);
    const towers = relu(tape, affine(tape, weights, "towers", perHead));
    const beside = reshape(tape, transpose(tape, towers, [1, 0, 2]), ["n", HEAD_COUNT * TOWER]);
    // Not one product per head: the runtime sums products of one column in an order that depends on the rows.
    const said = matmul(tape, beside, weights("out.w"));
    return add(tape, affine(tape, weights, "line", x), said);
  },
};

/** x ← x0 ∘ (x V U + b) + x, twice: products of up to three columns. */
function crossed(tape: Tape, weights: Weights, x0: Value): Value {
  let x = x0;
  for (let at = 0; at < CROSSES; at++) {
    const narrow = matmul(tape, x, weights(`cross${at}.v`));
    const wide = matmul(tape, narrow, weights(`cross${at}.u`));
    x = add(tape, multiply(tape, x0, add(tape, wide, weights(`cross${at}.b`))), x);
  }
  return x;
}

const deep = (tape: Tape, weights: Weights, x: Value): Value =>
  relu(tape, affine(tape, weights, "deep", x));
