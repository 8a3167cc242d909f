import { percentile } from "../measure/statistics.ts";
import { digits, table } from "../report/table.ts";
import type { Kill } from "./kill.ts";
import type { Watched } from "./watch.ts";

export interface Report {
  readonly watched: readonly Watched[];
  /** Pages by the rung of ranking's ladder that made them. */
  readonly rungs: Readonly<Record<string, number>>;
  readonly kills: readonly Kill[];
}

export function reportText({ watched, rungs, kills }: Report): string {
  const rows = watched.map((one) => [
    one.id,
    one.end.replaceAll("_", " "),
    one.guard ?? "–",
    one.verdict === null
      ? "–"
      : `${digits(one.verdict.treatment, 3)} : ${digits(one.verdict.control, 3)}`,
    one.stages.map((share) => `${share / 100}`).join(" → "),
    `${digits(100 * one.sawIt, 2)} %`,
    `${digits(one.tookMs / 1_000, 1)} s`,
    String(one.pages),
    String(one.failed),
  ]);
  const head = [
    "rollout",
    "end",
    "guard",
    "treatment : control",
    "stages, %",
    "saw it",
    "took",
    "pages",
    "failed",
  ];
  return [
    table(head, rows),
    "",
    `Pages by rung: ${Object.entries(rungs)
      .map(([rung, pages]) => `${pages} ${rung}`)
      .join(", ")}`,
    "",
    "From the kill to the last page that had the treatment",
    killTable(kills),
  ].join("\n");
}

function killTable(kills: readonly Kill[]): string {
  const rows = (["busy", "silent"] as const).map((kind) => {
    const some = kills.filter((kill) => kill.kind === kind);
    const last = some.map(({ lastMs }) => lastMs);
    const at = (share: number) => `${digits(percentile(last, share), 0)} ms`;
    const answers = some.map(({ answerMs }) => answerMs);
    return [
      kind === "busy" ? "isolates that are asked all the time" : "isolates after a silence",
      String(some.length),
      at(0.5),
      at(0.95),
      at(1),
      `${digits(percentile(answers, 0.5), 0)} ms`,
    ];
  });
  return table(["", "isolates x kills", "p50", "p95", "max", "kill answered, p50"], rows);
}
