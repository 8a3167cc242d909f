import fc from "fast-check";
import { describe, it } from "vitest";

import { DENSE_COUNT, SCHEMA } from "../../../core/ranking/features.ts";
import { HEAD_COUNT, HEADS } from "../../../core/ranking/heads.ts";
import { type LightJson, parseLight, scoreLight } from "../../../core/ranking/light-model.ts";

const small = fc.double({ min: -3, max: 3, noNaN: true });
const columns = (value: fc.Arbitrary<number>) =>
  fc.array(value, { minLength: DENSE_COUNT, maxLength: DENSE_COUNT });
const lightJson = fc.record({
  kind: fc.constant("light" as const),
  version: fc.constant("v1"),
  schema: fc.constant(SCHEMA),
  mean: columns(small),
  scale: columns(fc.double({ min: 0.1, max: 4, noNaN: true })),
  clip: fc.constantFrom(1, 5),
  weights: fc.array(columns(small), { minLength: HEAD_COUNT, maxLength: HEAD_COUNT }),
  bias: fc.array(small, { minLength: HEAD_COUNT, maxLength: HEAD_COUNT }),
});
const matrix = fc
  .array(columns(fc.double({ min: -20, max: 20, noNaN: true })), { minLength: 1, maxLength: 5 })
  .map((rows) => rows.map((row) => Float32Array.from(row)));

const flat = (rows: readonly Float32Array[]) => Float32Array.from(rows.flatMap((row) => [...row]));

/** The formula, as a textbook has it. */
function expected({ mean, scale, clip, weights, bias }: LightJson, row: Float32Array): number[] {
  const x = [...row].map((value, column) => {
    const normal = (value - (mean[column] ?? 0)) / (scale[column] ?? 1);
    return Math.max(-clip, Math.min(clip, normal));
  });
  return HEADS.map((_, head) => {
    const dot = x.reduce((sum, value, column) => sum + value * (weights[head]?.[column] ?? 0), 0);
    return 1 / (1 + Math.exp(-(dot + (bias[head] ?? 0))));
  });
}

function parsed(json: unknown) {
  const model = parseLight(json);
  if (!model.ok) throw new Error(model.error);
  return model.value;
}

const zero: LightJson = {
  kind: "light",
  version: "v1",
  schema: SCHEMA,
  mean: Array.from({ length: DENSE_COUNT }, () => 0),
  scale: Array.from({ length: DENSE_COUNT }, () => 1),
  clip: 5,
  weights: HEADS.map(() => Array.from({ length: DENSE_COUNT }, () => 0)),
  bias: HEADS.map(() => 0),
};

describe("the light model", () => {
  it("is a logistic regression per head over cut, normalised columns", ({ expect }) => {
    fc.assert(
      fc.property(lightJson, matrix, (json, rows) => {
        const scored = scoreLight(
          parsed(JSON.parse(JSON.stringify(json))),
          flat(rows),
          rows.length,
        );
        for (const [place, value] of rows.flatMap((row) => expected(json, row)).entries())
          expect(scored[place]).toBeCloseTo(value, 5);
      }),
      { numRuns: 50 },
    );
  });

  it("scores a row the same whatever is beside it, bit for bit", ({ expect }) => {
    fc.assert(
      fc.property(lightJson, matrix, (json, rows) => {
        const model = parsed(json);
        const alone = rows.map((row) => scoreLight(model, row, 1));
        expect(scoreLight(model, flat(rows), rows.length)).toEqual(flat(alone));
      }),
      { numRuns: 50 },
    );
  });

  it("takes what is no number as the mean", ({ expect }) => {
    const model = parsed({ ...zero, mean: zero.mean.map(() => 2), bias: HEADS.map(() => 1) });
    const odd = new Float32Array(DENSE_COUNT).fill(Number.NaN);
    expect(scoreLight(model, odd, 1)).toEqual(
      scoreLight(model, new Float32Array(DENSE_COUNT).fill(2), 1),
    );
  });
});

describe("its JSON", () => {
  it.for([
    ["kind", { kind: "heavy" }],
    ["version", { version: "../up" }],
    ["schema", { schema: "other" }],
    ["mean", { mean: zero.mean.slice(1) }],
    ["scale.3", { scale: zero.scale.with(3, 0) }],
    ["weights.1", { weights: zero.weights.with(1, [1]) }],
    ["weights", { weights: zero.weights.slice(1) }],
    ["bias.0", { bias: zero.bias.with(0, Number.NaN) }],
    ["clip", { clip: Number.POSITIVE_INFINITY }],
  ] as const)("is refused, and says where: %s", ([where, change], { expect }) => {
    expect(parseLight({ ...zero, ...change })).toMatchObject({
      ok: false,
      error: expect.stringContaining(`${where}: `),
    });
  });

  it("is accepted when it is whole", ({ expect }) => {
    expect(parseLight(zero)).toMatchObject({ ok: true, value: { version: "v1", schema: SCHEMA } });
  });
});
