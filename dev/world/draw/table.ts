import type { Random } from "../../../core/clock.ts";
import { pick } from "../random.ts";
import { type Canvas, type Colour, hsl, mix, norm } from "./canvas.ts";
import type { Draw } from "./sky.ts";

export const drawTable: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const hue = number * 47 + random.next() * 25;
  const wood = hsl(26 + random.next() * 12, 0.42, 0.46 + random.next() * 0.16);
  canvas.gradient(wood, mix(wood, [60, 34, 20], 0.3));
  for (let i = 1; i < 5; i++)
    canvas.line(0, (height * i) / 5, width, (height * i) / 5, 2, mix(wood, [40, 20, 10], 0.4));
  const [px, py, radius] = [width * (0.36 + random.next() * 0.1), height * 0.52, height * 0.31];
  canvas.ellipse(px + 8, py + 12, radius * 1.02, radius * 1.02, mix(wood, [20, 10, 5], 0.6), 0.5);
  canvas.circle(px, py, radius, hsl(hue, 0.25, 0.93));
  canvas.circle(px, py, radius * 0.76, hsl(hue, 0.2, 0.88));
  const dish = number % 3;
  if (dish === 0) bread(canvas, px, py, radius * 0.62);
  else if (dish === 1) fruit(canvas, random, px, py, radius * 0.5);
  else noodles(canvas, random, px, py, radius * 0.7);
  cup(
    canvas,
    width * 0.78,
    height * (0.34 + random.next() * 0.2),
    height * 0.14,
    hsl(hue + 160, 0.4, 0.55),
  );
  canvas.rect(width * 0.66, height * 0.72, width * 0.2, 9, [206, 208, 214], 4);
  canvas.ellipse(width * 0.88, height * 0.729, 24, 13, [206, 208, 214]);
  const food = ["a loaf of bread", "a plate of fruit", "a bowl of noodles"][dish] ?? "a plate";
  return `Drawing of a wooden table from above with ${food} and a cup`;
};

function bread(canvas: Canvas, x: number, y: number, size: number): void {
  canvas.ellipse(x, y, size, size * 0.72, [186, 118, 60]);
  canvas.ellipse(x - size * 0.05, y - size * 0.06, size * 0.9, size * 0.6, [214, 150, 84]);
  for (const shift of [-0.4, 0, 0.4])
    canvas.line(
      x + size * shift - 14,
      y + size * 0.32,
      x + size * shift + 22,
      y - size * 0.36,
      8,
      [246, 214, 160],
    );
}

function fruit(canvas: Canvas, random: Random, x: number, y: number, size: number): void {
  for (let i = 0; i < 7; i++) {
    const angle = (i / 7) * Math.PI * 2;
    const far = i === 6 ? 0 : size * 0.72;
    const [fx, fy] = [x + Math.cos(angle) * far, y + Math.sin(angle) * far];
    const colour = pick<Colour>(random, [
      [220, 60, 54],
      [242, 160, 46],
      [126, 176, 66],
      [140, 66, 126],
    ]);
    canvas.circle(fx, fy, size * 0.38, colour);
    canvas.circle(
      fx - size * 0.1,
      fy - size * 0.12,
      size * 0.09,
      mix(colour, [255, 255, 255], 0.6),
    );
  }
}

function noodles(canvas: Canvas, random: Random, x: number, y: number, size: number): void {
  canvas.circle(x, y, size, [196, 104, 52]);
  for (let i = 0; i < 9; i++) {
    const r = size * (0.25 + random.next() * 0.55);
    const [cx, cy] = [
      x + (random.next() - 0.5) * size * 0.3,
      y + (random.next() - 0.5) * size * 0.3,
    ];
    const box = { left: x - size, top: y - size, right: x + size, bottom: y + size };
    canvas.shape(box, [248, 222, 156], (px, py) =>
      Math.max(Math.abs(norm(px - cx, py - cy) - r) - 3.4, norm(px - x, py - y) - size * 0.95),
    );
  }
  for (let i = 0; i < 8; i++)
    canvas.circle(
      x + (random.next() - 0.5) * size,
      y + (random.next() - 0.5) * size,
      6,
      [92, 158, 70],
    );
  canvas.ellipse(x + size * 0.3, y - size * 0.2, size * 0.26, size * 0.22, [255, 250, 240]);
  canvas.circle(x + size * 0.3, y - size * 0.2, size * 0.12, [246, 178, 54]);
}

function cup(canvas: Canvas, x: number, y: number, size: number, colour: Colour): void {
  canvas.circle(x, y, size * 1.35, mix(colour, [255, 255, 255], 0.7));
  canvas.rect(x + size * 0.7, y - size * 0.18, size * 0.7, size * 0.36, colour, size * 0.16);
  canvas.circle(x, y, size, colour);
  canvas.circle(x, y, size * 0.82, [76, 46, 32]);
  canvas.ellipse(x - size * 0.14, y - size * 0.1, size * 0.4, size * 0.3, [190, 140, 96], 0.8);
}
