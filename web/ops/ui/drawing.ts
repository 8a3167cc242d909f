import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface PlotLine {
  readonly name: string;
  /** One per place of `atMs`; null: nothing was measured then, and the line has a gap. */
  readonly values: readonly (number | null)[];
  /** Which of the theme's line colours: `--plot-1` and so on. */
  readonly colour: 1 | 2 | 3 | 4 | 5;
  /** Steps instead of slopes: for what holds until it changes. */
  readonly isStep?: boolean;
}

export interface PlotData {
  /** Unix ms, growing. */
  readonly atMs: readonly number[];
  readonly lines: readonly PlotLine[];
  /** A value as the axis says it. */
  readonly format: (value: number) => string;
  /** The axis goes this far at least. */
  readonly atLeast: number;
}

const HEIGHT_PX = 168;
const DAY_S = 86_400;
const FONT = "11px system-ui, sans-serif";

/** A canvas with lines over time, in the theme's colours; it follows its data, its host's width and the theme. */
export class Drawing {
  readonly #host: HTMLElement;
  readonly #onPoint: (index: number | null) => void;
  readonly #watched: ResizeObserver;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  #plot: UPlot | null = null;
  #data: PlotData | null = null;
  #shape = "";

  /** @param onPoint told which place the pointer is at; null: none. */
  constructor(host: HTMLElement, onPoint: (index: number | null) => void) {
    this.#host = host;
    this.#onPoint = onPoint;
    this.#watched = new ResizeObserver(() =>
      this.#plot?.setSize({ width: host.clientWidth, height: HEIGHT_PX }),
    );
    this.#watched.observe(host);
    this.#dark.addEventListener("change", this.#remake);
  }

  show(data: PlotData): void {
    if (this.#data !== null && same(this.#data, data)) return;
    this.#data = data;
    const shape = data.lines.map(({ name }) => name).join("\n");
    if (this.#plot === null || shape !== this.#shape) this.#remake();
    else this.#plot.setData(columnsOf(data));
    this.#shape = shape;
  }

  stop(): void {
    this.#watched.disconnect();
    this.#dark.removeEventListener("change", this.#remake);
    this.#plot?.destroy();
  }

  readonly #remake = (): void => {
    if (this.#data === null) return;
    this.#plot?.destroy();
    this.#plot = new UPlot(this.#options(this.#data), columnsOf(this.#data), this.#host);
  };

  #options({ lines, format, atLeast }: PlotData): UPlot.Options {
    const styles = getComputedStyle(document.documentElement);
    const colour = (name: string): string => styles.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--ink-soft"),
      font: FONT,
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
    };
    return {
      width: this.#host.clientWidth,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(atLeast, (max ?? 0) * 1.1)] } },
      hooks: { setCursor: [(plot) => this.#onPoint(plot.cursor.idx ?? null)] },
      axes: [
        { ...axis, values: (_plot, seconds) => seconds.map(timeOf), size: 26, space: 64 },
        { ...axis, values: (_plot, values) => values.map(format), size: 60, space: 36 },
      ],
      series: [
        {},
        ...lines.map((line) => ({
          stroke: colour(`--plot-${line.colour}`),
          width: 1.75,
          points: { show: false },
          ...(line.isStep === true && { paths: steppedPaths() }),
        })),
      ],
    };
  }
}

function steppedPaths(): UPlot.Series.PathBuilder {
  const make = UPlot.paths.stepped;
  if (make === undefined) throw new Error("the build of the plots lacks steps");
  return make({ align: 1 });
}

const columnsOf = ({ atMs, lines }: PlotData): UPlot.AlignedData => [
  atMs.map((ms) => ms / 1_000),
  ...lines.map(({ values }) => [...values]),
];

const same = (a: PlotData, b: PlotData): boolean =>
  a.atMs.length === b.atMs.length &&
  a.atMs.at(-1) === b.atMs.at(-1) &&
  JSON.stringify(a.lines) === JSON.stringify(b.lines);

/** "14:30", and at midnight the day. */
function timeOf(seconds: number): string {
  const at = new Date(seconds * 1_000);
  const isMidnight = (seconds - at.getTimezoneOffset() * 60) % DAY_S === 0;
  return isMidnight
    ? at.toLocaleDateString(undefined, { day: "numeric", month: "short" })
    : at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
}
