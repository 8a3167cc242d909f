import fc from "fast-check";
import { it } from "vitest";

import type { Id } from "../../../core/ids.ts";
import {
  decodeAnswer,
  decodeInverse,
  decodeRecord,
  encodeAnswer,
  encodeInverse,
  encodeRecord,
} from "../../../core/tao/log-wire.ts";

const id = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map((n) => n as Id);
const version = fc.record({ epoch: fc.nat(), seq: fc.nat() });
const data = fc.option(fc.string());
const mutation = fc.oneof(
  fc.record({ kind: fc.constant("object" as const), id, otype: fc.nat(9), data }),
  fc.record({
    kind: fc.constant("assoc" as const),
    id1: id,
    atype: fc.nat(99),
    id2: id,
    timeMs: fc.nat(),
    data,
    count: fc.nat(),
  }),
);
const entries = fc.array(fc.record({ seq: fc.nat(), prev: fc.option(version), mutation }));
const record = fc.record({ epoch: fc.nat(), opId: data, timeMs: fc.nat(), entries });
const inverse = fc.record({
  source: version,
  id1: id,
  atype: fc.nat(99),
  id2: id,
  edge: fc.option(fc.record({ timeMs: fc.nat(), data: fc.string() })),
});
const results = fc.array(fc.record({ id, version: fc.option(version), changed: fc.boolean() }));

it("brings every record, intent and answer back as it was", ({ expect }) => {
  fc.assert(
    fc.property(record, inverse, version, results, (logged, intent, at, answers) => {
      expect(decodeRecord(encodeRecord(logged))).toEqual(logged);
      expect(decodeInverse(encodeInverse(intent))).toEqual(intent);
      const op = { opId: "k", hash: "h", timeMs: 1, at, results: answers };
      expect(decodeAnswer(encodeAnswer(op))).toEqual({ at, results: answers });
    }),
  );
});

it("refuses text that it did not write", ({ expect }) => {
  expect(() => decodeRecord('[1,null,2,[[1,0,"x"]]]')).toThrow();
});
