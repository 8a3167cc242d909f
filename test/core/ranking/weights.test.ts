import fc from "fast-check";
import { it } from "vitest";

import { HEADS } from "../../../core/ranking/heads.ts";
import { DEFAULT_WEIGHTS, valueOf, weightsSchema } from "../../../core/ranking/weights.ts";

it("gives parts that add up exactly", ({ expect }) => {
  const rows = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), {
    minLength: 14,
    maxLength: 14,
  });
  fc.assert(
    fc.property(rows, fc.nat(1), (rowsOfTwo, row) => {
      const { value, parts } = valueOf(Float32Array.from(rowsOfTwo), DEFAULT_WEIGHTS, row);
      let sum = 0;
      for (const part of parts) sum += part.value;
      expect(value).toBe(sum);
      expect(parts.map(({ head }) => head)).toEqual(HEADS);
    }),
  );
});

it("weighs each head of its own row", ({ expect }) => {
  const probabilities = [1, 1, 1, 1, 1, 1, 1, 0, 0.5, 0, 0, 0, 0, 0.25];
  const weights = { open: 9, like: 2, comment: 9, share: 9, follow: 9, dwell: 9, hide: -4 };
  expect(valueOf(probabilities, weights, 1).value).toBe(2 * 0.5 - 4 * 0.25);
});

it("refuses weights that lack a head, name another, or are out of bounds", ({ expect }) => {
  const { hide: _, ...lacking } = DEFAULT_WEIGHTS;
  expect(weightsSchema.safeParse(DEFAULT_WEIGHTS).success).toBe(true);
  for (const wrong of [lacking, { ...DEFAULT_WEIGHTS, poke: 1 }, { ...DEFAULT_WEIGHTS, like: 1e6 }])
    expect(weightsSchema.safeParse(wrong).success).toBe(false);
});
