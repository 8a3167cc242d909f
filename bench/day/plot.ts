import { escaped, linePlot } from "../../gpu-ranker/train/report/plots.ts";
import { percentile } from "../measure/statistics.ts";
import { type Day, levelsBySecond } from "./report.ts";

/** A point of the plots is so many seconds. */
const STEP_SECONDS = 5;

const STYLE = `:root{color-scheme:light dark;--ink:#1d2430;--paper:#fff;--rule:#c9d0da;--a:#2f6fde;--b:#c2452d}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--paper:#12161d;--rule:#39424f;--a:#7fb0ff;--b:#ff9077}}
body{font:14px system-ui;margin:2rem auto;max-width:1100px;padding:0 1rem;background:var(--paper);color:var(--ink)}
svg{width:100%;height:auto;display:block}text{font-size:6px;fill:var(--ink)}.title{font-size:8px;font-weight:600}
path{stroke-width:.8}circle{stroke:none}.a path{stroke:var(--a)}.a circle{fill:var(--a);r:.9px}.b path{stroke:var(--b)}.b circle{fill:var(--b);r:.9px}
.grid{stroke:var(--rule);stroke-width:.3}ol{columns:2}`;

/** Level, availability and latency over the day, as a page without scripts. */
export function plotPage(day: Day): string {
  const startMs = day.phases[0]?.startMs ?? 0;
  const endMs = day.phases.at(-1)?.endMs ?? startMs;
  const steps = Math.ceil((endMs - startMs) / (STEP_SECONDS * 1_000));
  const own = day.samples.filter(({ region }) => region === day.region);
  const bySteps = Array.from({ length: steps }, (): typeof own => []);
  for (const sample of own)
    bySteps[Math.floor((sample.dueMs - startMs) / (STEP_SECONDS * 1_000))]?.push(sample);
  const over = (of: (some: typeof own) => number) =>
    bySteps.flatMap((some, n): [number, number][] => {
      const value = of(some);
      return Number.isFinite(value) ? [[n * STEP_SECONDS, value]] : [];
    });
  const served = (kinds: readonly string[]) => (some: typeof own) => {
    const asked = some.filter(({ kind }) => kinds.includes(kind));
    return (
      (100 * asked.filter(({ status }) => status >= 200 && status < 300).length) / asked.length
    );
  };
  const p99 = (some: typeof own) =>
    percentile(
      some
        .filter(({ status, kind }) => status === 200 && (kind === "feed" || kind === "post"))
        .map(({ tookMs }) => tookMs),
      0.99,
    );
  const levels = levelsBySecond(day.samples, day.region, startMs, endMs).map(
    (level, n): [number, number] => [n, Math.max(0, level)],
  );
  const axes = (y: string) => ({ x: "seconds", y });
  const plots = [
    linePlot(`Level of ${day.region}, as most answers said`, axes("level"), [
      { name: "level", kind: "a", points: levels },
    ]),
    linePlot("Served, % of what was asked: reads, and writes in the other colour", axes("%"), [
      { name: "reads", kind: "a", points: over(served(["feed", "post"])) },
      { name: "writes", kind: "b", points: over(served(["write", "like"])) },
    ]),
    linePlot("p99 of reads that were served, ms", axes("ms"), [
      { name: "p99", kind: "a", points: over(p99) },
    ]),
  ];
  const list = day.phases.map(
    ({ name, strikeMs, healMs }) =>
      `<li>${escaped(name)}: from ${((strikeMs - startMs) / 1_000).toFixed(0)} s to ${((healMs - startMs) / 1_000).toFixed(0)} s</li>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>A day of faults</title><style>${STYLE}</style>
<h1>A day of faults</h1><ol>${list.join("")}</ol>${plots.join("")}</html>`;
}
