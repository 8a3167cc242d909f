import { HEADS } from "../../../core/ranking/heads.ts";
import { SCHEMA } from "../../../core/ranking/features.ts";
import type { EpochLoss } from "../fit/fit.ts";
import { positivesIn, type RunResult } from "../run.ts";
import type { RankerName } from "../train.ts";
import { calibrationsOf } from "./calibrations.ts";
import { barPlot, escaped, linePlot } from "./plots.ts";
import {
  headTable,
  holdOutTable,
  MAIN_METRICS,
  precisionTable,
  promotionTable,
  verdicts,
  warmingTable,
} from "./table.ts";

const STYLE = `:root{color-scheme:light dark;--ink:#1d2329;--soft:#5d6872;--line:#d8dee4;--back:#fff;
--heavy:#2563c9;--light:#c2570c;--popularity:#6d28a8;--plain:#7b8794;--optimum:#15803d}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa7b3;--line:#33404c;--back:#14191f;
--heavy:#6ea8ff;--light:#ff9d57;--popularity:#c79bff;--plain:#93a1ae;--optimum:#5fd38a}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);max-width:70rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}p,li{color:var(--soft);max-width:48rem}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;display:block;overflow-x:auto}
th,td{border-bottom:1px solid var(--line);padding:.3rem .7rem;text-align:left;white-space:nowrap}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem}
svg{width:100%;height:auto;font:10px system-ui,sans-serif}svg text{fill:var(--soft)}svg .title{font-size:12px;font-weight:600;fill:var(--ink)}
.grid{stroke:var(--line)}.guide{stroke:var(--soft);stroke-dasharray:3 3}.spread{stroke:var(--ink);stroke-width:2}
${["heavy", "light", "popularity", "plain", "optimum"].map((kind) => `.${kind} path{stroke:var(--${kind});stroke-width:1.5}.${kind} circle,.${kind} rect{fill:var(--${kind})}`).join("\n")}
.key span{margin-right:1rem}.key span::before{content:"";display:inline-block;width:.8em;height:.8em;margin-right:.3em;border-radius:2px;background:var(--c)}`;

/** One page about one run, that needs nothing beside itself. */
export async function reportPage(result: RunResult): Promise<string> {
  const { trainer, artifact, promotion, warming } = result;
  const { manifest } = artifact;
  const { data } = manifest;
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
  const sections = [
    section(
      "Held-out behaviour",
      `${md(holdOutTable(result, MAIN_METRICS))}<ul>${verdicts(result)
        .map((line) => `<li>${escaped(line)}</li>`)
        .join("")}</ul>`,
      `Medians over ${result.runs.length} seeds, with the lowest and the highest. AUC, GAUC and NDCG are of the order as served; entropy (NE) and calibration error (ECE) are of the probabilities where each post was shown. "Better" and "worse" are said only where the seeds of both do not overlap.`,
    ),
    section("Heads", `<div class="plots">${aucPlots(result)}</div>${md(headTable(result))}`),
    ...regretSection(result),
    section(
      "Calibration",
      `${key(["heavy", "light"])}<div class="plots">${await calibrationPlots(result)}</div>`,
      `Bins of equally many rows; on the dashed line, what is said is what happens. Held-out rows: ${data.testRows}; how often each action happened there: ${positivesIn(
        trainer.split.test,
      )
        .map((count, head) => `${HEADS[head] ?? ""} ${count}`)
        .join(", ")}.`,
    ),
    section(
      "Learning",
      `${key(["heavy", "light"])}<div class="plots">${learningPlots(result)}</div>`,
    ),
    section("Precision", md(precisionTable(result))),
    section(
      "Warming",
      md(warmingTable(result)),
      `People who have been away for an hour, looked at every hour: who comes within the next one? ${warming.testHours} held-out hours, ${warming.returned} returns, base rate ${(100 * warming.baseRate).toFixed(2)} %.`,
    ),
    section("Promotion", `<p>${escaped(promotion.kind)}</p>${md(promotionTable(promotion))}`),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Ranker ${escaped(manifest.version)}</title><style>${STYLE}</style></head><body>
<h1>Ranker ${escaped(manifest.version)}</h1>
<p>Source: ${escaped(data.source)}. Trained on ${data.trainRows} rows from ${day(data.fromMs)} to ${day(data.splitMs)} UTC, held out ${data.testRows} rows to ${day(data.toMs)}. Features ${SCHEMA}, seed ${manifest.seed}.</p>
${sections.join("\n")}
</body></html>
`;
}

const section = (title: string, body: string, about = ""): string =>
  `<h2>${title}</h2>${about === "" ? "" : `<p>${escaped(about)}</p>`}${body}`;

const key = (names: readonly string[]): string =>
  `<p class="key">${names.map((name) => `<span style="--c:var(--${name})">${name}</span>`).join("")}</p>`;

/** A table of `table.ts`. */
function md(text: string): string {
  if (text === "") return "";
  const [head = [], , ...rows] = text
    .split("\n")
    .map((line) => line.slice(2, -2).split(" | ").map(escaped));
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table>${cells("th", head)}${rows.map((row) => cells("td", row)).join("")}</table>`;
}

const kindOf = (name: RankerName): string =>
  name === "random" || name === "chronological" ? "plain" : name;

const aucPlots = ({ spreads }: RunResult): string =>
  HEADS.map((head) => {
    const bars = [...spreads].flatMap(([name, of]) => {
      const spread = of.get(`${head}.auc`);
      return spread === undefined
        ? []
        : [{ name, kind: kindOf(name), value: spread.median, low: spread.low, high: spread.high }];
    });
    return barPlot(`${head}: AUC, from 0.4`, bars, 0.4);
  }).join("");

function regretSection({ spreads }: RunResult): string[] {
  const bars = [...spreads].flatMap(([name, of]) => {
    const spread = of.get("regret");
    return spread === undefined
      ? []
      : [{ name, kind: kindOf(name), value: spread.median, low: spread.low, high: spread.high }];
  });
  if (bars.length === 0) return [];
  return [
    section(
      "Regret",
      `<div class="plots">${barPlot("share of the best order's value that is lost", bars)}</div>`,
      "The true value of the ten that a ranker puts first, discounted by place, against that of the best ten: of the simulator's whole pools of candidates, or of what was shown together in a log of the product. Only who drew the people knows it.",
    ),
  ];
}

async function calibrationPlots({ trainer, runs }: RunResult): Promise<string> {
  const [first] = runs;
  if (first === undefined) return "";
  const heavy = await calibrationsOf(trainer, first.heavy.model);
  const light = await calibrationsOf(trainer, first.light.model);
  return HEADS.map((head, at) => {
    const series = (["heavy", "light"] as const).map((kind) => ({
      name: kind,
      kind,
      points: ({ heavy, light }[kind][at] ?? []).map(
        ({ said, happened }) => [said, happened] as const,
      ),
    }));
    return linePlot(head, { x: "said", y: "happened" }, series, true);
  }).join("");
}

function learningPlots({ runs }: RunResult): string {
  const series = (of: (epoch: EpochLoss) => number) =>
    runs.flatMap((run) =>
      (["light", "heavy"] as const).map((kind) => ({
        name: `${kind}, seed ${run.seed}`,
        kind,
        points: run[kind].curve.map((epoch) => [epoch.epoch + 1, of(epoch)] as const),
      })),
    );
  return [
    linePlot(
      "training loss",
      { x: "epoch", y: "sum over heads" },
      series(({ loss }) => loss),
    ),
    linePlot(
      "entropy on held-back rows",
      { x: "epoch", y: "mean over heads" },
      series(({ valid }) => valid),
    ),
  ].join("");
}
