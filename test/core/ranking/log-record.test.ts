import fc from "fast-check";
import { it } from "vitest";

import { DENSE_COUNT, ID_SIZES, SCHEMA } from "../../../core/ranking/features.ts";
import {
  actionBits,
  headsIn,
  lineOf,
  type LogRecord,
  recordOf,
} from "../../../core/ranking/log-record.ts";

const record: LogRecord = {
  schema: SCHEMA,
  slate: "s1",
  timeMs: 1_700_000_000_000,
  viewer: "12",
  post: "34",
  place: 3,
  actions: actionBits(["open", "hide"]),
  dense: new Float32Array(DENSE_COUNT).fill(0.1),
  ids: Int32Array.of(1, ID_SIZES.author - 1, 0),
};

it("gives every float back exactly", ({ expect }) => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true });
  const dense = fc.array(float, { minLength: DENSE_COUNT, maxLength: DENSE_COUNT });
  fc.assert(
    fc.property(dense, (values) => {
      const served = { ...record, dense: Float32Array.from(values, (value) => value + 0) };
      expect(recordOf(lineOf(served))).toEqual({ ok: true, value: served });
    }),
  );
});

it("keeps actions as bits", ({ expect }) => {
  expect(actionBits(["open", "hide"])).toBe(0b100_0001);
  expect(headsIn(record.actions)).toEqual(["open", "hide"]);
});

it("tells records of other features from broken ones", ({ expect }) => {
  const other = { ...JSON.parse(lineOf(record)), schema: "0123456789abcdef", dense: [1] };
  expect(recordOf(JSON.stringify(other))).toEqual({ ok: false, error: "other_schema" });
  const line = lineOf(record);
  const broken = [
    "",
    line.slice(0, -1),
    "null",
    line.replace('"place":3', '"place":-1'),
    line.replace('"actions":65', '"actions":128'),
    lineOf({ ...record, dense: new Float32Array(3) }),
    lineOf({ ...record, ids: Int32Array.of(1, ID_SIZES.author, 0) }),
    `${" ".repeat(5_000)}${line}`,
  ];
  for (const text of broken) expect(recordOf(text)).toEqual({ ok: false, error: "malformed" });
});
