import fc from "fast-check";
import { it } from "vitest";

import { halfBits } from "../../../gpu-ranker/train/precision/half.ts";

/** Reads 16 bits back, by the definition of the format. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

it("gives every 16-bit float back", ({ expect }) => {
  const numbers = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
    (bits) => !Number.isNaN(fromHalf(bits)),
  );
  expect(numbers.map((bits) => halfBits(fromHalf(bits)))).toEqual(numbers);
});

it("rounds to the nearest, ties to the even one", ({ expect }) => {
  expect(halfBits(1 + 2 ** -11)).toBe(halfBits(1));
  expect(halfBits(1 + 3 * 2 ** -11)).toBe(halfBits(1 + 2 ** -9));
  expect([halfBits(65_520), halfBits(1e9), halfBits(1e-9)]).toEqual([0x7c00, 0x7c00, 0]);
  fc.assert(
    fc.property(fc.float({ min: -60_000, max: 60_000, noNaN: true }), (value) => {
      const bits = halfBits(value);
      const error = Math.abs(fromHalf(bits) - value);
      for (const other of [bits - 1, bits + 1])
        if (Number.isFinite(fromHalf(other)))
          expect(error).toBeLessThanOrEqual(Math.abs(fromHalf(other) - value));
    }),
  );
});
