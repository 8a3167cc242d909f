/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** What a count of tests does not show, but must fail the run. */
  readonly why: readonly string[];
}

/**
 * Counts a run honestly: a file that did not load counts as a failed test, a skipped test and
 * a run without tests are problems, and so is an exit code that the counts do not explain.
 *
 * @param report null when the runner died before it wrote one.
 */
export function tally(report: VitestReport | null, exitCode: number): Tally {
  if (report === null) return { passed: 0, failed: 1, why: ["the test runner left no report"] };

  const unloaded = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  );
  const passed = report.numPassedTests;
  const failed = report.numFailedTests + unloaded.length;
  const skipped = report.numPendingTests + report.numTodoTests;

  const why = unloaded.map((file) => `${file.name} did not load`);
  if (skipped > 0) why.push(`${skipped} tests are skipped`);
  if (passed + failed === 0) why.push("there are no tests");
  if (exitCode !== 0 && failed === 0) why.push(`the test runner ended with code ${exitCode}`);
  return { passed, failed, why };
}
