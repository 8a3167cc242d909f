import type { Random } from "../../../core/clock.ts";
import { chance, pick, stream } from "../random.ts";
import { Canvas, type Colour, hsl, mix, norm } from "./canvas.ts";
import { encodePng } from "./png.ts";

interface Face {
  readonly canvas: Canvas;
  readonly random: Random;
  /** Side of the picture, pixels. */
  readonly size: number;
  readonly skin: Colour;
  readonly hair: Colour;
}

const SKINS: readonly Colour[] = [
  [250, 220, 196],
  [241, 194, 160],
  [224, 172, 130],
  [198, 140, 98],
  [160, 106, 70],
  [118, 76, 50],
  [86, 56, 40],
];
const HAIRS: readonly Colour[] = [
  [38, 30, 30],
  [62, 42, 34],
  [98, 64, 40],
  [150, 98, 52],
  [206, 160, 92],
  [176, 84, 50],
  [196, 196, 200],
  [92, 70, 120],
];
const INK: Colour = [44, 36, 40];

/** A drawn head and shoulders before a coloured ground; nobody in particular. */
export function drawAvatar(seed: number, index: number, size: number) {
  const random = stream(seed, "avatar", index);
  const canvas = new Canvas(size, size);
  const hue = (index * 137.5 + random.next() * 30) % 360;
  canvas.gradient(hsl(hue, 0.55, 0.8), hsl(hue + 24, 0.6, 0.66));
  canvas.circle(
    size * (0.15 + 0.7 * random.next()),
    size * 0.2,
    size * 0.34,
    hsl(hue + 40, 0.6, 0.84),
    0.55,
  );
  const face: Face = { canvas, random, size, skin: pick(random, SKINS), hair: pick(random, HAIRS) };
  const style = Math.floor(random.next() * 6);
  drawHairBehind(face, style);
  drawBody(face, hsl(hue + 150 + random.next() * 60, 0.5, 0.42));
  drawHead(face);
  drawHairOver(face, style);
  drawFeatures(face);
  return { png: encodePng(canvas.pixels, size, size), alt: "Drawn portrait" };
}

function drawBody({ canvas, size, skin }: Face, shirt: Colour): void {
  canvas.ellipse(size * 0.5, size * 1.06, size * 0.4, size * 0.32, shirt);
  canvas.rect(size * 0.43, size * 0.62, size * 0.14, size * 0.2, mix(skin, INK, 0.12), size * 0.06);
  canvas.ellipse(size * 0.5, size * 0.8, size * 0.1, size * 0.05, mix(skin, INK, 0.12));
}

function drawHead({ canvas, size, skin }: Face): void {
  canvas.circle(size * 0.265, size * 0.49, size * 0.05, mix(skin, INK, 0.08));
  canvas.circle(size * 0.735, size * 0.49, size * 0.05, mix(skin, INK, 0.08));
  canvas.ellipse(size * 0.5, size * 0.47, size * 0.235, size * 0.27, skin);
}

/** Long hair, a bun or curls lie behind the head. */
function drawHairBehind({ canvas, size, hair }: Face, style: number): void {
  const shade = mix(hair, INK, 0.2);
  if (style === 0 || style === 4)
    canvas.rect(size * 0.22, size * 0.26, size * 0.56, size * 0.56, shade, size * 0.24);
  if (style === 1) canvas.circle(size * 0.5, size * 0.15, size * 0.11, hair);
  if (style === 2) {
    for (let i = 0; i < 11; i++) {
      const angle = Math.PI * (0.92 + (1.16 * i) / 10);
      canvas.circle(
        size * (0.5 + 0.26 * Math.cos(angle)),
        size * (0.42 + 0.26 * Math.sin(angle)),
        size * 0.1,
        hair,
      );
    }
  }
}

/** The fringe: everything of a cap that lies above the brow. */
function drawHairOver({ canvas, random, size, hair }: Face, style: number): void {
  if (style === 5) return drawCap({ canvas, size }, hsl(random.next() * 360, 0.55, 0.45));
  const tilt = (random.next() - 0.5) * 0.5;
  const [cx, cy] = [size * 0.5, size * 0.46];
  const brow = style === 3 ? 0.25 : 0.34;
  canvas.shape(
    { left: size * 0.2, top: size * 0.1, right: size * 0.8, bottom: size * 0.52 },
    hair,
    (x, y) => {
      const inCap = (norm((x - cx) / (size * 0.26), (y - cy) / (size * 0.295)) - 1) * size * 0.26;
      const curve = size * brow + (x - cx) * tilt + ((x - cx) ** 2 / size) * 1.1;
      return Math.max(inCap, y - curve);
    },
  );
}

function drawCap({ canvas, size }: Pick<Face, "canvas" | "size">, colour: Colour): void {
  canvas.shape(
    { left: size * 0.22, top: size * 0.12, right: size * 0.78, bottom: size * 0.4 },
    colour,
    (x, y) =>
      Math.max(
        (norm((x - size * 0.5) / (size * 0.26), (y - size * 0.42) / (size * 0.27)) - 1) *
          size *
          0.26,
        y - size * 0.33,
      ),
  );
  canvas.rect(
    size * 0.24,
    size * 0.31,
    size * 0.52,
    size * 0.055,
    mix(colour, INK, 0.25),
    size * 0.025,
  );
}

function drawFeatures({ canvas, random, size, skin, hair }: Face): void {
  const eyeY = size * 0.47;
  const apart = size * (0.085 + random.next() * 0.015);
  const glasses = chance(random, 0.28);
  const beard = chance(random, 0.2);
  if (beard) {
    canvas.shape(
      { left: size * 0.26, top: size * 0.5, right: size * 0.74, bottom: size * 0.78 },
      hair,
      (x, y) =>
        Math.max(
          (norm((x - size * 0.5) / (size * 0.238), (y - size * 0.49) / (size * 0.275)) - 1) *
            size *
            0.24,
          size * 0.56 - y,
        ),
    );
  }
  for (const side of [-1, 1]) {
    const x = size * 0.5 + side * apart;
    canvas.ellipse(x, eyeY, size * 0.021, size * 0.028, INK);
    canvas.circle(x + size * 0.007, eyeY - size * 0.009, size * 0.007, [255, 255, 255]);
    canvas.line(
      x - size * 0.035,
      eyeY - size * 0.065,
      x + size * 0.035,
      eyeY - size * (0.062 + 0.012 * side * (random.next() - 0.5)),
      size * 0.016,
      mix(hair, INK, 0.4),
    );
    canvas.circle(x + side * size * 0.045, size * 0.555, size * 0.036, [236, 110, 110], 0.22);
    if (glasses) ring(canvas, x, eyeY, size * 0.062, size * 0.014);
  }
  if (glasses)
    canvas.line(
      size * 0.5 - apart + size * 0.06,
      eyeY,
      size * 0.5 + apart - size * 0.06,
      eyeY,
      size * 0.013,
      INK,
    );
  canvas.line(
    size * 0.5,
    size * 0.5,
    size * (0.49 + 0.02 * random.next()),
    size * 0.545,
    size * 0.018,
    mix(skin, INK, 0.22),
  );
  smile(canvas, size, 0.055 + random.next() * 0.03, chance(random, 0.35), beard);
}

function ring(canvas: Canvas, x: number, y: number, radius: number, thickness: number): void {
  const box = {
    left: x - radius * 1.3,
    top: y - radius * 1.3,
    right: x + radius * 1.3,
    bottom: y + radius * 1.3,
  };
  canvas.shape(box, INK, (px, py) => Math.abs(norm(px - x, py - y) - radius) - thickness / 2);
}

function smile(canvas: Canvas, size: number, half: number, open: boolean, beard: boolean): void {
  const [cx, cy] = [size * 0.5, size * 0.6];
  const radius = size * half;
  const lip: Colour = beard ? [214, 128, 120] : [168, 72, 72];
  const box = {
    left: cx - radius * 1.3,
    top: cy,
    right: cx + radius * 1.3,
    bottom: cy + radius * 1.4,
  };
  const round = (x: number, y: number) => norm(x - cx, (y - cy) * 1.35) - radius;
  if (open) {
    canvas.shape(box, lip, (x, y) => Math.max(round(x, y), cy + 1 - y));
    canvas.shape(box, [255, 250, 246], (x, y) =>
      Math.max(round(x, y) + size * 0.008, cy + 1 - y, y - cy - size * 0.018),
    );
  } else
    canvas.shape(box, lip, (x, y) =>
      Math.max(Math.abs(round(x, y)) - size * 0.009, cy + size * 0.012 - y),
    );
}
