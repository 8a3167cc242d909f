import { DENSE_COUNT } from "../../../core/ranking/features.ts";
import { HEAD_COUNT } from "../../../core/ranking/heads.ts";
import { affine, type Architecture, filled, logOdds } from "./layers.ts";

/** Seven logistic regressions over the same columns: what `core/ranking/light-model.ts` computes in the Worker. */
export const light: Architecture = {
  name: "light",
  embedding: 0,
  init: (_random, rates) =>
    new Map([
      ["out.w", filled([DENSE_COUNT, HEAD_COUNT])],
      ["out.b", logOdds(rates)],
    ]),
  logits: (tape, weights, dense) => affine(tape, weights, "out", dense),
};
