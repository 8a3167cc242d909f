import type { Ledger } from "./ledger.ts";
import type { Check } from "./verify.ts";

export interface ImportReport {
  readonly reconciled: boolean;
  readonly files: ReturnType<Ledger["table"]>;
  readonly rejections: Ledger["rejections"];
  readonly graph: readonly Check[];
}

export function makeReport(ledger: Ledger, graph: readonly Check[]): ImportReport {
  const files = ledger.table();
  const reconciled =
    files.every((file) => file.missing === 0) &&
    graph.every((check) => check.expected === check.found);
  return { reconciled, files, rejections: ledger.rejections, graph };
}

const column = (value: number): string => value.toLocaleString("en").padStart(10);
const REJECTIONS_SHOWN = 20;

/** For people. */
export function formatReport(report: ImportReport): string {
  const total = report.files.reduce(
    (sum, file) => ({
      read: sum.read + file.read,
      imported: sum.imported + file.imported,
      ignored: sum.ignored + file.ignored,
      rejected: sum.rejected + file.rejected,
    }),
    { read: 0, imported: 0, ignored: 0, rejected: 0 },
  );
  const row = (file: typeof total, name: string, note: string) =>
    `${column(file.read)} ${column(file.imported)} ${column(file.ignored)} ${column(file.rejected)}  ${name}${note}`;
  const shown = report.rejections.slice(0, REJECTIONS_SHOWN);
  const more = report.rejections.length - shown.length;
  return [
    "      rows   imported    ignored   rejected  file",
    ...report.files.map((file) =>
      row(
        file,
        file.file,
        `${file.ignoredAs === "" ? "" : ` (${file.ignoredAs})`}${file.missing === 0 ? "" : `  ${file.missing} UNACCOUNTED`}`,
      ),
    ),
    row(total, "all files", ""),
    "",
    "  expected      found  in the graph",
    ...report.graph.map(
      ({ what, expected, found }) =>
        `${column(expected)} ${column(found)}  ${what}${expected === found ? "" : "  DIFFERS"}`,
    ),
    "",
    ...shown.map(({ file, line, reason }) => `rejected ${file}:${line}: ${reason}`),
    ...(more > 0 ? [`… and ${more} more rejected rows, all in the --report file`] : []),
    report.reconciled ? "Reconciled: every row and every count." : "NOT RECONCILED.",
  ].join("\n");
}
