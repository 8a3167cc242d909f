import type { Random } from "../../../core/clock.ts";
import { between, chance, pick } from "../random.ts";
import { type Canvas, type Colour, hsl, mix, norm } from "./canvas.ts";
import type { Draw } from "./sky.ts";

const hueOf = (random: Random, number: number): number => number * 47 + random.next() * 25;

export const drawPlant: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const hue = hueOf(random, number);
  canvas.gradient(hsl(hue, 0.45, 0.9), hsl(hue + 20, 0.45, 0.8));
  canvas.circle(
    width * (0.3 + random.next() * 0.4),
    height * 0.44,
    height * 0.34,
    hsl(hue + 35, 0.6, 0.74),
    0.8,
  );
  const table = height * 0.84;
  canvas.rect(0, table, width, height, hsl(hue + 190, 0.2, 0.42));
  const pots = between(random, 1, 2);
  for (let i = 0; i < pots; i++) {
    const x = (width * (i + 1)) / (pots + 1) + (random.next() - 0.5) * 40;
    pottedPlant(canvas, random, x, table + 14, 0.75 + random.next() * 0.4, hue);
  }
  return `Drawing of ${pots === 1 ? "a potted plant" : "two potted plants"} on a table`;
};

function pottedPlant(
  canvas: Canvas,
  random: Random,
  x: number,
  foot: number,
  scale: number,
  hue: number,
): void {
  const pot: Colour = pick(random, [[206, 110, 76], [232, 226, 214], hsl(hue + 180, 0.4, 0.5)]);
  const leaf = hsl(95 + random.next() * 60, 0.42, 0.36);
  const lightLeaf = mix(leaf, [230, 240, 160], 0.25);
  const stems = between(random, 4, 7);
  const rim = foot - 92 * scale;
  for (let i = 0; i < stems; i++) {
    const angle = -Math.PI / 2 + (i / (stems - 1) - 0.5) * 2.1 + (random.next() - 0.5) * 0.2;
    const length = (150 + random.next() * 110) * scale;
    const [tx, ty] = [x + Math.cos(angle) * length, rim + Math.sin(angle) * length];
    canvas.line(x, rim, tx, ty, 4 * scale, mix(leaf, [0, 0, 0], 0.25));
    for (let k = 2; k <= 5; k++) {
      const [lx, ly] = [x + ((tx - x) * k) / 5, rim + ((ty - rim) * k) / 5];
      for (const side of [-1, 1])
        leafAt(
          canvas,
          lx,
          ly,
          angle + side * 0.85,
          46 * scale * (1.15 - k * 0.1),
          side < 0 ? leaf : lightLeaf,
        );
    }
  }
  canvas.polygon(
    [
      [x - 66 * scale, rim],
      [x + 66 * scale, rim],
      [x + 46 * scale, foot],
      [x - 46 * scale, foot],
    ],
    pot,
  );
  canvas.rect(
    x - 74 * scale,
    rim - 6 * scale,
    148 * scale,
    24 * scale,
    mix(pot, [255, 255, 255], 0.16),
    5,
  );
}

/** A pointed oval from (x, y) in a direction: where two circles overlap. */
function leafAt(
  canvas: Canvas,
  x: number,
  y: number,
  angle: number,
  length: number,
  colour: Colour,
): void {
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const [mx, my] = [x + (dx * length) / 2, y + (dy * length) / 2];
  const radius = length * 0.72;
  const offset = length * 0.5;
  const box = {
    left: Math.min(x, x + dx * length) - 12,
    right: Math.max(x, x + dx * length) + 12,
    top: Math.min(y, y + dy * length) - 12,
    bottom: Math.max(y, y + dy * length) + 12,
  };
  canvas.shape(box, colour, (px, py) =>
    Math.max(
      norm(px - mx - dy * offset, py - my + dx * offset) - radius,
      norm(px - mx + dy * offset, py - my - dx * offset) - radius,
    ),
  );
}

export const drawAbstract: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const hue = hueOf(random, number);
  canvas.gradient(hsl(hue, 0.5, 0.92), hsl(hue + 30, 0.5, 0.84));
  const colours = [0, 30, 180, 210, 330].map((turn) =>
    hsl(hue + turn, 0.62, 0.5 + random.next() * 0.16),
  );
  if (number % 3 === 0) {
    const [cx, cy] = [width * (0.3 + random.next() * 0.4), height * 0.55];
    for (let i = 9; i > 0; i--)
      canvas.circle(cx, cy, i * height * 0.085, pick(random, colours), 0.8);
    canvas.rect(0, cy, width, height, hsl(hue + 200, 0.4, 0.24));
    return "Abstract drawing of rings that sink behind a dark line";
  }
  if (number % 3 === 1) {
    const step = 100;
    for (let x = 0; x < width; x += step) {
      for (let y = 0; y < height; y += step) tile(canvas, random, x, y, step, colours);
    }
    return "Abstract drawing of square tiles with circles and quarter arcs";
  }
  for (let i = 0; i < 8; i++) {
    const size = height * (0.12 + random.next() * 0.24);
    const [x, y] = [width * random.next(), height * random.next()];
    if (chance(random, 0.5)) canvas.circle(x, y, size, pick(random, colours), 0.82);
    else
      canvas.rect(
        x - size,
        y - size * 0.4,
        size * 2,
        size * 0.8,
        pick(random, colours),
        size * 0.4,
        0.82,
      );
  }
  return "Abstract drawing of overlapping circles and rounded bars";
};

function tile(
  canvas: Canvas,
  random: Random,
  x: number,
  y: number,
  step: number,
  colours: readonly Colour[],
): void {
  canvas.rect(x, y, step, step, pick(random, colours));
  const ink = pick(random, colours);
  const kind = random.next();
  if (kind < 0.35) canvas.circle(x + step / 2, y + step / 2, step * 0.34, ink);
  else {
    const [cx, cy] = [x + (kind < 0.65 ? 0 : step), y + (random.next() < 0.5 ? 0 : step)];
    const box = { left: x + 1, top: y + 1, right: x + step - 2, bottom: y + step - 2 };
    canvas.shape(box, ink, (px, py) => norm(px - cx, py - cy) - step * 0.92);
    canvas.shape(box, pick(random, colours), (px, py) => norm(px - cx, py - cy) - step * 0.46);
  }
}

export const drawChart: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const hue = hueOf(random, number);
  canvas.gradient(hsl(hue, 0.25, 0.97), hsl(hue, 0.25, 0.94));
  const [left, foot, top] = [width * 0.1, height * 0.84, height * 0.16];
  for (let i = 0; i <= 4; i++)
    canvas.line(
      left,
      foot - ((foot - top) * i) / 4,
      width * 0.92,
      foot - ((foot - top) * i) / 4,
      1.4,
      hsl(hue, 0.15, 0.82),
    );
  const ink = hsl(hue + 10, 0.6, 0.48);
  const bars = number % 2 === 0;
  const count = bars ? between(random, 7, 12) : 24;
  let value = 0.2 + random.next() * 0.3;
  let previous: readonly [number, number] | null = null;
  for (let i = 0; i < count; i++) {
    value = Math.max(0.06, Math.min(0.97, value + (random.next() - 0.44) * (bars ? 0.34 : 0.16)));
    const w = (width * 0.82) / count;
    const [x, y] = [left + w * i, foot - (foot - top) * value];
    if (bars)
      canvas.rect(
        x + w * 0.16,
        y,
        w * 0.68,
        foot - y,
        i === count - 1 ? hsl(hue + 180, 0.6, 0.5) : ink,
        5,
      );
    else {
      const at = [x + w / 2, y] as const;
      canvas.rect(x, y, w + 1, foot - y, ink, 0, 0.14);
      if (previous !== null) canvas.line(previous[0], previous[1], at[0], at[1], 4, ink);
      canvas.circle(at[0], at[1], 5.5, ink);
      previous = at;
    }
  }
  canvas.line(left, foot, width * 0.92, foot, 3, hsl(hue, 0.2, 0.35));
  return bars
    ? `Drawn bar chart with ${count} bars, the last one highlighted`
    : "Drawn line chart that wanders upwards";
};
