import { HEADS } from "../../../core/ranking/heads.ts";
import { type Spread, verdictOf } from "../metrics/spread.ts";
import { BUDGETS } from "../warming/evaluate.ts";
import type { Promotion, RunResult } from "../run.ts";

/** The metrics that are shown first, whatever the source. */
export const MAIN_METRICS = [
  "open.auc",
  "open.ne",
  "open.ece",
  "open.gauc",
  "like.auc",
  "ndcg10",
  "regret",
];

const digits = (value: number): string => value.toFixed(4);
export const spreadText = (spread: Spread | undefined): string =>
  spread === undefined
    ? "–"
    : spread.low === spread.high
      ? digits(spread.median)
      : `${digits(spread.median)} [${digits(spread.low)}, ${digits(spread.high)}]`;

/** Rankers by metrics, Markdown: medians over seeds, with the lowest and the highest. */
export function holdOutTable({ spreads }: RunResult, metrics: readonly string[]): string {
  const shown = metrics.filter((name) => [...spreads.values()].some((of) => of.has(name)));
  const rows = [...spreads].map(([ranker, of]) => [
    ranker,
    ...shown.map((name) => spreadText(of.get(name))),
  ]);
  return table(["ranker", ...shown], rows);
}

/** Per head: what the heavy model, the light one and the truth reach. */
export function headTable({ spreads }: RunResult): string {
  const rankers = (["popularity", "light", "heavy", "optimum"] as const).filter((name) =>
    spreads.has(name),
  );
  const rows = HEADS.map((head) => [
    head,
    ...rankers.map((name) => spreadText(spreads.get(name)?.get(`${head}.auc`))),
    ...rankers.slice(1).map((name) => spreadText(spreads.get(name)?.get(`${head}.ne`))),
  ]);
  return table(
    [
      "head",
      ...rankers.map((name) => `${name} AUC`),
      ...rankers.slice(1).map((name) => `${name} NE`),
    ],
    rows,
  );
}

/** What may be said of heavy against light and of light against popularity, given the spread of seeds. */
export function verdicts({ spreads }: RunResult): string[] {
  const pairs = [
    ["heavy", "light"],
    ["light", "popularity"],
    ["heavy", "popularity"],
    ["heavy", "chronological"],
  ] as const;
  return pairs.map(([a, b]) => {
    const said = ["open.auc", "open.gauc", "ndcg10", "regret"].flatMap((name) => {
      const [ofA, ofB] = [spreads.get(a)?.get(name), spreads.get(b)?.get(name)];
      return ofA === undefined || ofB === undefined ? [] : [`${name} ${verdictOf(name, ofA, ofB)}`];
    });
    return `${a} against ${b}: ${said.join(", ")}`;
  });
}

/** The precisions beside the exact model. */
export function precisionTable({ artifact }: RunResult): string {
  const exact = artifact.files.get("model.onnx")?.length ?? 0;
  const rows = [...artifact.checks].map(([name, check]) => [
    name,
    String(check.bytes),
    digits(check.aucLoss),
    digits(check.probabilityError),
    check.overlap.toFixed(3),
    String(check.batchError),
    check.passes ? "shipped" : "failed a gate, not shipped",
  ]);
  return table(
    ["precision", "bytes", "AUC loss", "max |Δp|", "top-20 overlap", "batch dependence", "result"],
    [["fp32", String(exact), "–", "–", "–", "–", "shipped"], ...rows],
  );
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Whose feeds to warm: of those who came back within the hour, the share that had been warmed. */
export function warmingTable({ warming }: RunResult): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const rows = [...warming.recall].map(([name, recall]) => [name, ...recall.map(percent)]);
  return table(
    ["recall at a budget of", ...BUDGETS.map(percent)],
    [...rows, ["precision of the model", ...warming.precision.map(percent)]],
  );
}

/** Each gate, candidate against the version that serves; empty when there was nothing to compare with. */
export function promotionTable(promotion: Promotion): string {
  if (promotion.kind !== "passed" && promotion.kind !== "failed") return "";
  return table(
    ["metric", "new", promotion.serving, "may be worse by", "result"],
    promotion.gates.map(({ name, candidate, serving, allowed, passes }) => [
      name,
      digits(candidate),
      digits(serving),
      String(allowed),
      passes ? "passed" : "failed",
    ]),
  );
}
