import type { Random } from "../../../core/clock.ts";
import type { Canvas, Colour } from "./canvas.ts";

/** Draws and says what it drew. `number` turns the palette, so that neighbours differ. */
export type Draw = (canvas: Canvas, random: Random, number: number) => string;

export interface Sky {
  readonly name: string;
  readonly top: Colour;
  readonly low: Colour;
  readonly sun: Colour;
  /** Colour of what lies far away, and of what is near. */
  readonly far: Colour;
  readonly near: Colour;
}

export const SKIES: readonly Sky[] = [
  {
    name: "at sunrise",
    top: [92, 124, 190],
    low: [255, 206, 160],
    sun: [255, 244, 214],
    far: [176, 150, 176],
    near: [52, 52, 84],
  },
  {
    name: "at noon",
    top: [78, 158, 222],
    low: [206, 236, 250],
    sun: [255, 252, 226],
    far: [152, 188, 206],
    near: [44, 92, 84],
  },
  {
    name: "at sunset",
    top: [86, 62, 128],
    low: [255, 150, 108],
    sun: [255, 224, 150],
    far: [168, 96, 124],
    near: [46, 30, 62],
  },
  {
    name: "in haze",
    top: [186, 206, 214],
    low: [244, 236, 220],
    sun: [255, 255, 246],
    far: [188, 204, 206],
    near: [74, 104, 106],
  },
  {
    name: "in the evening",
    top: [34, 50, 98],
    low: [240, 170, 156],
    sun: [255, 232, 208],
    far: [120, 108, 152],
    near: [26, 32, 58],
  },
  {
    name: "on a mild morning",
    top: [126, 190, 206],
    low: [254, 240, 206],
    sun: [255, 250, 220],
    far: [150, 192, 176],
    near: [48, 92, 70],
  },
];

/** Smooth hills: a few waves of falling height. @returns height of the edge at x, pixels from the top. */
export function hills(random: Random, base: number, height: number, width: number, rough: number) {
  const waves = Array.from({ length: 7 }, (_, i) => ({
    size: (height * rough ** i) / (1 + i * 0.25),
    length: (width / (0.7 + i * 1.7)) * (0.8 + random.next() * 0.5),
    shift: random.next() * Math.PI * 2,
  }));
  return (x: number): number =>
    base -
    waves.reduce(
      (sum, wave) => sum + wave.size * Math.sin((x / wave.length) * Math.PI * 2 + wave.shift),
      0,
    );
}

/** Pointed mountains: the nearest of several peaks, with small breaks in their slopes. */
export function peaks(random: Random, base: number, height: number, width: number, count: number) {
  const tops = Array.from({ length: count }, (_, i) => ({
    x: (width * (i + 0.2 + random.next() * 0.6)) / count,
    height: height * (0.55 + random.next() * 0.45),
    slope: (0.55 + random.next() * 0.45) * (height / (width / count)) * 1.5,
  }));
  const breaks = hills(random, 0, 6, width / 6, 0.75);
  return (x: number): number =>
    base -
    Math.max(0, ...tops.map((top) => top.height - Math.abs(x - top.x) * top.slope)) +
    breaks(x);
}
