/** Plots as SVG text: no script, no font, no file but the page itself. Colours are the page's variables. */
const WIDTH = 300;
const HEIGHT = 200;
const LEFT = 56;
const BOTTOM = 26;
const TOP = 24;
const RIGHT = 10;

export interface Series {
  readonly name: string;
  /** CSS class that gives the colour. */
  readonly kind: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Lines with a dot at each point. @param diagonal draws y = x, where what is said would be what happens. */
export function linePlot(
  title: string,
  axes: { readonly x: string; readonly y: string },
  series: readonly Series[],
  diagonal = false,
): string {
  const points = series.flatMap((one) => one.points);
  const x = boundsOf(points.map(([at]) => at));
  const y = diagonal ? boundsOf(points.flat()) : boundsOf(points.map(([, at]) => at));
  const across = diagonal ? y : x;
  const place = ([atX, atY]: readonly [number, number]) =>
    [scaled(atX, across, LEFT, WIDTH - RIGHT), scaled(atY, y, HEIGHT - BOTTOM, TOP)] as const;
  const drawn = series.map(({ name, kind, points: own }) => {
    const places = own.map(place);
    const path = places.map(([px, py], at) => `${at === 0 ? "M" : "L"}${fixed(px)} ${fixed(py)}`);
    const dots = places.map(([px, py], at) => {
      const said = `${name}: ${number(own[at]?.[0] ?? 0)}, ${number(own[at]?.[1] ?? 0)}`;
      return `<circle cx="${fixed(px)}" cy="${fixed(py)}" r="2.5"><title>${escaped(said)}</title></circle>`;
    });
    return `<g class="${kind}"><path d="${path.join("")}" fill="none"/>${dots.join("")}</g>`;
  });
  const [x0, y0] = place([y.low, y.low]);
  const [x1, y1] = place([y.high, y.high]);
  const guide = diagonal
    ? `<line class="guide" x1="${fixed(x0)}" y1="${fixed(y0)}" x2="${fixed(x1)}" y2="${fixed(y1)}"/>`
    : "";
  const frame = axesOf(across, y, axes.x, axes.y);
  return svg(title, WIDTH, HEIGHT, `${frame}${guide}${drawn.join("")}`);
}

/** Horizontal bars, each with the lowest and the highest of the seeds as a line. */
export function barPlot(
  title: string,
  bars: readonly {
    readonly name: string;
    readonly kind: string;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[],
  from = 0,
): string {
  const left = 96;
  const bar = 18;
  const height = TOP + bars.length * bar + 8;
  const bounds = { low: from, high: Math.max(...bars.map(({ high }) => high), from + 1e-9) };
  const at = (value: number) => scaled(Math.max(from, value), bounds, left, WIDTH - 52);
  const drawn = bars.map(({ name, kind, value, low, high }, row) => {
    const y = TOP + row * bar;
    const middle = fixed(y + bar / 2 - 1);
    return `<g class="${kind}"><text x="${left - 6}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>
<rect x="${left}" y="${y + 2}" width="${fixed(Math.max(0.5, at(value) - left))}" height="${bar - 6}"/>
<line class="spread" x1="${fixed(at(low))}" x2="${fixed(at(high))}" y1="${middle}" y2="${middle}"/>
<text x="${fixed(at(high) + 5)}" y="${y + 12}">${number(value)}</text></g>`;
  });
  return svg(title, WIDTH, height, drawn.join(""));
}

const svg = (title: string, width: number, height: number, body: string): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}"><text class="title" x="4" y="13">${escaped(title)}</text>${body}</svg>`;

function axesOf(x: Bounds, y: Bounds, nameX: string, nameY: string): string {
  const [bottom, right] = [HEIGHT - BOTTOM, WIDTH - RIGHT];
  const marks = [y.low, (y.low + y.high) / 2, y.high].map((value) => {
    const at = fixed(scaled(value, y, bottom, TOP));
    return `<line class="grid" x1="${LEFT}" x2="${right}" y1="${at}" y2="${at}"/><text x="${LEFT - 4}" y="${at}" dy="3" text-anchor="end">${number(value)}</text>`;
  });
  return `${marks.join("")}<text x="${LEFT}" y="${bottom + 12}">${number(x.low)}</text>
<text x="${right}" y="${bottom + 12}" text-anchor="end">${number(x.high)}</text>
<text x="${(LEFT + right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${escaped(nameX)}</text>
<text x="${right}" y="${TOP - 4}" text-anchor="end">${escaped(nameY)}</text>`;
}

function boundsOf(values: readonly number[]): Bounds {
  if (values.length === 0) return { low: 0, high: 1 };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? { low, high } : { low: low - 0.5, high: high + 0.5 };
}

const scaled = (value: number, { low, high }: Bounds, from: number, to: number): number =>
  from + ((value - low) / (high - low)) * (to - from);

const fixed = (value: number): string => value.toFixed(1);
const number = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toPrecision(3);

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
