import { it } from "vitest";

import { tally, type Tally, type VitestReport } from "../../dev/tally.ts";

const report = (changes: Partial<VitestReport>): VitestReport => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ name: "a.test.ts", status: "passed", assertionResults: [1, 2, 3] }],
  ...changes,
});

it("has nothing to say about a run where all passed", ({ expect }) => {
  expect(tally(report({}), 0)).toEqual({ passed: 3, failed: 0, why: [] });
});

it("counts a file that did not load as a failed test", ({ expect }) => {
  const testResults = [{ name: "b.test.ts", status: "failed", assertionResults: [] }];
  expect(tally(report({ testResults }), 1)).toEqual({
    passed: 3,
    failed: 1,
    why: ["b.test.ts did not load"],
  });
});

it.for<[string, Tally["why"], VitestReport | null, number]>([
  ["no report", ["the test runner left no report"], null, 1],
  ["skipped tests", ["2 tests are skipped"], report({ numPendingTests: 1, numTodoTests: 1 }), 0],
  ["no tests", ["there are no tests"], report({ numPassedTests: 0, testResults: [] }), 0],
  ["an unexplained exit code", ["the test runner ended with code 1"], report({}), 1],
])("does not let %s pass", ([, why, given, exitCode], { expect }) => {
  expect(tally(given, exitCode).why).toEqual(why);
});
