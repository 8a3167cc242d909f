import type { Random } from "../../../core/clock.ts";
import { between, chance, pick } from "../random.ts";
import { type Canvas, type Colour, mix } from "./canvas.ts";
import { type Draw, hills, SKIES } from "./sky.ts";

const EVENING = SKIES[4];
const WINDOW: Colour = [255, 220, 140];

export const drawCity: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const sky = SKIES[number % SKIES.length] ?? EVENING;
  if (sky === undefined) throw new RangeError("no sky to draw");
  canvas.gradient(sky.top, sky.low);
  canvas.circle(width * (0.2 + random.next() * 0.6), height * 0.3, height * 0.08, sky.sun);
  const dark = sky.top[0] + sky.top[1] + sky.top[2] < 300;
  for (let row = 0; row < 3; row++) {
    const tone = mix(sky.far, sky.near, row / 2);
    for (let x = -30; x < width;) {
      const w = between(random, 46, 104) - row * 6;
      const h = height * (0.3 + random.next() * 0.34 - row * 0.1) + (row === 0 ? height * 0.1 : 0);
      house(
        canvas,
        random,
        x,
        height * (0.9 + row * 0.05),
        w,
        h,
        mix(tone, sky.low, random.next() * 0.14),
        dark && row > 0,
      );
      x += w + between(random, 0, 14);
    }
  }
  canvas.rect(0, height * 0.93, width, height * 0.07, mix(sky.near, [0, 0, 0], 0.3));
  const tram = chance(random, 0.55);
  if (tram)
    drawTram(
      canvas,
      width * (0.15 + random.next() * 0.5),
      height * 0.955,
      pick<Colour>(random, [
        [214, 62, 52],
        [240, 178, 60],
        [46, 122, 116],
      ]),
    );
  return `Drawing of a row of city buildings ${sky.name}${tram ? " and a tram" : ""}`;
};

function house(
  canvas: Canvas,
  random: Random,
  x: number,
  foot: number,
  w: number,
  h: number,
  colour: Colour,
  lit: boolean,
): void {
  canvas.rect(x, foot - h, w, h + 60, colour);
  const roof = random.next();
  if (roof < 0.25)
    canvas.polygon(
      [
        [x, foot - h],
        [x + w, foot - h],
        [x + w / 2, foot - h - w * 0.4],
      ],
      colour,
    );
  else if (roof < 0.4) canvas.line(x + w / 2, foot - h, x + w / 2, foot - h - 34, 2.4, colour);
  const pane = mix(colour, lit ? WINDOW : [255, 255, 255], lit ? 0.85 : 0.22);
  for (let wy = foot - h + 14; wy < foot - 20; wy += 24) {
    for (let wx = x + 10; wx < x + w - 14; wx += 19) {
      if (!lit || chance(random, 0.55)) canvas.rect(wx, wy, 9, 13, pane);
    }
  }
}

function drawTram(canvas: Canvas, x: number, foot: number, colour: Colour): void {
  canvas.line(x + 110, foot - 66, x + 128, foot - 92, 2.4, [40, 40, 48]);
  canvas.line(0, foot - 92, canvas.width, foot - 92, 1.6, [40, 40, 48], 0.7);
  canvas.rect(x, foot - 66, 230, 62, colour, 12);
  canvas.rect(x + 4, foot - 30, 222, 8, [250, 244, 230]);
  for (let i = 0; i < 6; i++) canvas.rect(x + 14 + i * 35, foot - 57, 26, 22, [206, 232, 240], 4);
  for (const wheel of [46, 84, 148, 186]) canvas.circle(x + wheel, foot - 4, 9, [36, 34, 40]);
}

export const drawRailway: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const sky = SKIES[(number + 1) % SKIES.length] ?? EVENING;
  if (sky === undefined) throw new RangeError("no sky to draw");
  canvas.gradient(sky.top, sky.low);
  canvas.glow(width * 0.5, height * 0.46, height * 0.5, sky.sun, 0.5);
  canvas.below(
    hills(random, height * 0.55, height * 0.05, width, 0.6),
    sky.far,
    mix(sky.far, sky.near, 0.4),
  );
  const field = mix(sky.near, [136, 124, 70], 0.5);
  canvas.gradient(mix(field, sky.low, 0.35), field, Math.round(height * 0.58), height);
  const vanish = [width * (0.36 + random.next() * 0.28), height * 0.58] as const;
  canvas.polygon(
    [
      [vanish[0] - 4, vanish[1]],
      [vanish[0] + 4, vanish[1]],
      [width * 0.82, height],
      [width * 0.18, height],
    ],
    [112, 100, 96],
  );
  for (let i = 1; i <= 15; i++) {
    const share = (i / 15) ** 2.2;
    const y = vanish[1] + share * height * 0.42;
    const [from, to] = [
      vanish[0] + (width * 0.22 - vanish[0]) * share,
      vanish[0] + (width * 0.78 - vanish[0]) * share,
    ];
    canvas.line(from, y, to, y, 1 + 13 * share, [72, 54, 48]);
  }
  for (const end of [0.31, 0.69])
    canvas.polygon(
      [
        [vanish[0] - 1, vanish[1]],
        [vanish[0] + 1, vanish[1]],
        [width * end + 7, height],
        [width * end - 7, height],
      ],
      [198, 200, 206],
    );
  const red = number % 2 === 0;
  signal(canvas, width * (red ? 0.1 : 0.88), height * 0.88, red);
  const posts = between(random, 4, 6);
  for (let i = 0; i < posts; i++)
    telegraph(canvas, vanish, red ? width : 0, ((i + 0.4) / posts) ** 2);
  return `Drawing of a railway line running to the horizon ${sky.name}, with a ${red ? "red" : "green"} signal`;
};

function signal(canvas: Canvas, x: number, foot: number, red: boolean): void {
  canvas.rect(x - 4, foot - 210, 8, 210, [52, 50, 56]);
  canvas.rect(x - 19, foot - 262, 38, 84, [34, 34, 40], 14);
  canvas.circle(x, foot - 240, 11, red ? [244, 66, 56] : [70, 30, 30]);
  canvas.circle(x, foot - 202, 11, red ? [26, 60, 40] : [78, 224, 128]);
  canvas.glow(x, foot - (red ? 240 : 202), 34, red ? [255, 110, 90] : [120, 255, 170], 0.5);
}

function telegraph(
  canvas: Canvas,
  vanish: readonly [number, number],
  side: number,
  share: number,
): void {
  const x = vanish[0] + (side - vanish[0]) * share * 0.9;
  const foot = vanish[1] + share * 150;
  const size = 16 + share * 230;
  canvas.line(x, foot, x, foot - size, 1 + share * 7, [62, 48, 46]);
  canvas.line(
    x - size * 0.16,
    foot - size * 0.88,
    x + size * 0.16,
    foot - size * 0.88,
    1 + share * 5,
    [62, 48, 46],
  );
}
