import fc from "fast-check";
import { it } from "vitest";

import { parseRequestLine, requestLine } from "../../bench/load/requests.ts";
import { summary } from "../../bench/measure/rounds.ts";
import { mean, median, percentile } from "../../bench/measure/statistics.ts";
import { digits, table } from "../../bench/report/table.ts";
import { feedReadOptions } from "../../bench/feed-read/options.ts";

it("takes the middle, the mean and nearest ranks", ({ expect }) => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
  expect(mean([1, 2, 6])).toBe(3);
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect([0.01, 0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 99, 100]);
});

it("finds a value of the list that splits it", ({ expect }) => {
  const share = fc.double({ min: 0.001, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), share, (values, part) => {
      const found = percentile(values, part);
      expect(values).toContain(found);
      expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(
        Math.floor(part * values.length),
      );
    }),
  );
});

it("sums up the rounds that count", ({ expect }) => {
  const round = (cpuMsPerRead: number, isNoisy: boolean) => ({
    requests: 10,
    seconds: 1,
    bytes: 1,
    p50Ms: 1,
    p99Ms: 2,
    refused: 1,
    lost: 2,
    wrong: 3,
    readsPerSecond: 10,
    cpuMsPerRead,
    foreignCores: 0,
    isNoisy,
  });
  const target = { name: "one", url: "", pids: [], reads: "", writes: null, verified: null };
  const rounds = [round(3, false), round(1, true), round(2, false)];
  const { cpuMsPerRead, noisyRounds, refused, lost, wrong } = summary({
    target,
    rounds,
    dropped: 4,
  });
  expect(cpuMsPerRead).toEqual({ min: 1, median: 2 });
  expect([noisyRounds, refused, lost, wrong]).toEqual([1, 3, 6, 9]);
});

it("lines columns up, names to the left and numbers to the right", ({ expect }) => {
  const text = table(
    ["name", "ms"],
    [
      ["a", "10.5"],
      ["longer", "2"],
    ],
  );
  expect(text.split("\n")).toEqual([
    "name      ms",
    "------  ----",
    "a       10.5",
    "longer     2",
  ]);
  expect([digits(1.005, 1), digits(Number.NaN, 2)]).toEqual(["1.0", "–"]);
});

it("writes requests down and reads them back", ({ expect }) => {
  const word = fc.string({ unit: fc.constantFrom(..."abc/?&=.:-"), minLength: 1 });
  const request = fc.record({
    method: fc.constantFrom("GET" as const, "POST" as const),
    path: word,
    headers: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), word, { noNullPrototype: true }),
    body: word,
  });
  fc.assert(
    fc.property(request, (sent) => {
      expect(parseRequestLine(requestLine(sent))).toEqual(sent);
    }),
  );
});

it("refuses flags that it does not understand, and other machines", ({ expect }) => {
  expect(feedReadOptions(["--rounds", "3"]).rounds).toBe(3);
  const { beside } = feedReadOptions(["--beside", "http://127.0.0.1:8001/a?b=1@12,13"]);
  expect([beside?.url.pathname, beside?.pids]).toEqual(["/a", [12, 13]]);
  for (const wrong of [
    ["--rounds", "0"],
    ["--what"],
    ["--beside", "http://example.com/@1"],
    ["--beside", "http://127.0.0.1:8001/"],
  ])
    expect(() => feedReadOptions(wrong)).toThrow(/--/);
});
