import { it } from "vitest";

import { parsePopularity, parseSizes } from "../../../bench/tao/data/cachebench.ts";
import { readTaoBench, readTaoMode } from "../../../bench/tao/data/files.ts";
import { degreeOfRank, parseDegrees } from "../../../bench/tao/data/linkbench.ts";
import { parseTaoBench } from "../../../bench/tao/data/taobench.ts";
import { TAOBENCH_LINES, taoBench } from "./published.ts";

it("reads a workload line by line, in any order", ({ expect }) => {
  expect(parseTaoBench(TAOBENCH_LINES.toReversed().join("\n"))).toEqual(taoBench);
  expect(taoBench.operations).toEqual([60, 25, 10, 5]);
  expect(taoBench.readTxnSizes).toEqual({ values: [1, 2, 4, 10], weights: [0, 5, 3, 2] });
});

it.for([
  { what: "a line is missing", lines: TAOBENCH_LINES.slice(1), message: /operations: 4 weights/ },
  {
    what: "a place means something else",
    lines: TAOBENCH_LINES.map((line) =>
      line.replace('"obj_add","obj_update"', '"obj_update","obj_add"'),
    ),
    message: /write_operation_types/,
  },
  {
    what: "there are not 50 shards",
    lines: TAOBENCH_LINES.map((line) => line.replace("[50,", "[")),
    message: /primary_shards: 50 weights/,
  },
])("refuses a workload in which $what", ({ lines, message }, { expect }) => {
  expect(() => parseTaoBench(lines.join("\n"))).toThrow(message);
});

it("gives ranks the degrees of the distribution, most first", ({ expect }) => {
  const degrees = parseDegrees(
    "other\n7 100\nnlinks\n0 50\n1 75\n4 90\n200 100\nnext\n3 100\n",
    "nlinks",
  );
  const all = Array.from({ length: 100 }, (_, rank) => degreeOfRank(degrees, rank, 100));
  expect(all).toEqual(all.toSorted((a, b) => b - a));
  const counted = [0, 1, 4, 200].map((degree) => all.filter((one) => one === degree).length);
  expect(counted).toEqual([50, 25, 15, 10]);
});

it("refuses a degree section that is missing or cut short", ({ expect }) => {
  expect(() => parseDegrees("nlinks\n0 50\n", "nlinks")).toThrow(/nlinks/);
  expect(() => parseDegrees("nlinks\n0 100\n", "nreads")).toThrow(/nreads/);
});

it("refuses lists of CacheBench that do not belong together", ({ expect }) => {
  const popularity = { popularityBuckets: [1, 2], popularityWeights: [3] };
  const sizes = { valSizeRange: [1], valSizeRangeProbability: [3, 4] };
  expect(() => parsePopularity(JSON.stringify(popularity))).toThrow();
  expect(() => parseSizes(JSON.stringify(sizes))).toThrow();
});

it("says which file is missing, and what belongs there", ({ expect }) => {
  expect(() => readTaoBench("nowhere", "O")).toThrow(/workload_o\.json in nowhere.*--data/);
  expect(() => readTaoMode("nowhere")).toThrow(/Distribution\.dat in nowhere/);
});
