import type { Random } from "../../../core/clock.ts";
import { between, chance, pick } from "../random.ts";
import { type Canvas, type Colour, mix } from "./canvas.ts";
import { type Draw, hills, peaks, SKIES, type Sky } from "./sky.ts";

const skyOf = (number: number): Sky => SKIES[number % SKIES.length] ?? SKIES[0] ?? noSky();
function noSky(): never {
  throw new RangeError("no sky to draw");
}

function paintSky(canvas: Canvas, random: Random, sky: Sky, horizon: number): number {
  canvas.gradient(sky.top, sky.low, 0, horizon);
  const x = canvas.width * (0.2 + 0.6 * random.next());
  const y = horizon * (0.3 + 0.4 * random.next());
  canvas.glow(x, y, canvas.height * 0.36, sky.sun, 0.55);
  canvas.circle(x, y, canvas.height * 0.062, sky.sun);
  return x;
}

function clouds(canvas: Canvas, random: Random, colour: Colour, yMax: number): void {
  for (let i = between(random, 1, 3); i > 0; i--) {
    const [x, y] = [canvas.width * random.next(), yMax * (0.2 + 0.6 * random.next())];
    const size = canvas.height * (0.04 + 0.04 * random.next());
    for (let puff = -2; puff <= 2; puff++) {
      const lift = (2 - Math.abs(puff)) * size * 0.35;
      canvas.ellipse(x + puff * size * 1.1, y - lift, size * 1.15, size * 0.72, colour, 0.85);
    }
  }
}

function birds(canvas: Canvas, random: Random, colour: Colour): void {
  const [x, y] = [
    canvas.width * (0.2 + random.next() * 0.5),
    canvas.height * (0.14 + random.next() * 0.15),
  ];
  for (let i = between(random, 3, 6); i > 0; i--) {
    const [bx, by] = [x + random.next() * 130, y + random.next() * 50];
    const wing = 5 + random.next() * 5;
    canvas.line(bx - wing, by - wing * 0.5, bx, by, 2, colour);
    canvas.line(bx, by, bx + wing, by - wing * 0.5, 2, colour);
  }
}

export const drawMountains: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const sky = skyOf(number);
  paintSky(canvas, random, sky, height);
  clouds(canvas, random, mix(sky.low, [255, 255, 255], 0.5), height * 0.35);
  const ranges = 4;
  for (let i = 0; i < ranges; i++) {
    const share = i / (ranges - 1);
    const colour = mix(sky.far, sky.near, share ** 1.1);
    const base = height * (0.72 + 0.12 * i);
    const edge =
      i < 2
        ? peaks(random, base, height * (0.5 - 0.12 * i), width, 3 + i * 2)
        : hills(random, base - height * 0.05, height * 0.045, width, 0.55);
    canvas.below(edge, colour, mix(colour, sky.low, 0.35 - 0.1 * i));
    if (i === 0) snow(canvas, edge, height * 0.36, mix(sky.sun, [255, 255, 255], 0.6));
  }
  const flock = chance(random, 0.5);
  if (flock) birds(canvas, random, sky.near);
  return `Drawing of mountain ranges ${sky.name}${flock ? ", with a few birds" : ""}`;
};

/** Everything of the range above the snow line, which is not straight. */
function snow(canvas: Canvas, edge: (x: number) => number, line: number, colour: Colour): void {
  for (let x = 0; x < canvas.width; x++) {
    const top = edge(x);
    const low = line + 9 * Math.sin(x / 11) + 6 * Math.sin(x / 4.3);
    for (let y = Math.floor(top); y < low; y++)
      canvas.blend(x, y, colour, Math.min(0.9, Math.max(0, y + 1 - top)));
  }
}

export const drawSeaside: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const sky = skyOf(number + 2);
  const horizon = Math.round(height * (0.46 + random.next() * 0.1));
  const sunX = paintSky(canvas, random, sky, horizon);
  clouds(canvas, random, mix(sky.low, [255, 255, 255], 0.6), horizon * 0.6);
  const water = mix(sky.top, [28, 96, 120], 0.5);
  canvas.gradient(mix(water, sky.low, 0.55), mix(water, sky.near, 0.35), horizon, height);
  for (let i = 0; i < 26; i++) {
    const y = horizon + 6 + (i / 26) ** 1.4 * height * 0.42;
    const reach = (14 + i * 3.2) * (0.4 + random.next() * 0.8);
    canvas.line(sunX - reach, y, sunX + reach * random.next(), y, 2.2, sky.sun, 0.5);
  }
  const boat = chance(random, 0.6);
  if (boat)
    sailBoat(
      canvas,
      width * (0.15 + random.next() * 0.7),
      horizon + height * 0.1,
      0.8 + random.next() * 0.7,
      sky,
    );
  const left = chance(random, 0.5);
  const slope = hills(random, height * 0.93, height * 0.03, width, 0.5);
  const sand: Colour = mix([236, 208, 160], sky.low, 0.25);
  canvas.below(
    (x) => slope(x) + (left ? x : width - x) * 0.11 - height * 0.07,
    sand,
    mix(sand, sky.near, 0.25),
  );
  return `Drawing of the sea ${sky.name}${boat ? ", with a small sailing boat" : ""} and a sandy shore`;
};

function sailBoat(canvas: Canvas, x: number, y: number, scale: number, sky: Sky): void {
  const s = 42 * scale;
  canvas.line(x, y, x, y - s * 1.7, 2.5 * scale, sky.near);
  canvas.polygon(
    [
      [x + 3, y - s * 1.6],
      [x + 3, y - s * 0.2],
      [x + s * 0.8, y - s * 0.2],
    ],
    [250, 246, 236],
  );
  canvas.polygon(
    [
      [x - 3, y - s * 1.35],
      [x - 3, y - s * 0.2],
      [x - s * 0.5, y - s * 0.2],
    ],
    [232, 92, 74],
  );
  canvas.polygon(
    [
      [x - s * 0.75, y - s * 0.1],
      [x + s * 0.9, y - s * 0.1],
      [x + s * 0.6, y + s * 0.2],
      [x - s * 0.5, y + s * 0.2],
    ],
    [84, 52, 44],
  );
}

const NIGHTS: readonly (readonly [Colour, Colour])[] = [
  [
    [10, 14, 40],
    [46, 62, 110],
  ],
  [
    [22, 12, 46],
    [92, 56, 108],
  ],
  [
    [6, 24, 40],
    [28, 92, 104],
  ],
];

export const drawNightSky: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const [top, low] = NIGHTS[number % NIGHTS.length] ?? [
    [10, 14, 40],
    [46, 62, 110],
  ];
  canvas.gradient(top, low);
  const milkyWay = chance(random, 0.6);
  for (let i = 0; i < (milkyWay ? 7 : 0); i++) {
    const t = i / 6;
    const jitter = (random.next() - 0.5) * 24;
    canvas.glow(
      width * t,
      height * (0.72 - 0.6 * t) + jitter,
      120 + random.next() * 50,
      mix(low, [220, 214, 255], 0.5),
      0.2,
    );
  }
  for (let i = 0; i < 190; i++) {
    const tint = pick<Colour>(random, [
      [255, 255, 255],
      [255, 232, 200],
      [206, 222, 255],
    ]);
    const size = 0.5 + random.next() ** 4 * 2;
    canvas.circle(
      width * random.next(),
      height * 0.88 * random.next(),
      size,
      tint,
      0.5 + 0.5 * random.next(),
    );
  }
  const moon = number % 2 === 0;
  if (moon) {
    const [x, y, r] = [width * (0.62 + random.next() * 0.22), height * 0.27, height * 0.09];
    canvas.glow(x, y, r * 3.4, [255, 246, 214], 0.35);
    canvas.circle(x, y, r, [252, 244, 218]);
    canvas.circle(x - r * 0.42, y - r * 0.16, r * 0.9, mix(top, low, 0.25));
  }
  canvas.below(
    hills(random, height * 0.86, height * 0.05, width, 0.5),
    mix(top, [0, 0, 0], 0.45),
    [4, 6, 14],
  );
  const sky = { near: [3, 4, 10] as const };
  for (let i = between(random, 4, 9); i > 0; i--)
    pine(
      canvas,
      width * random.next(),
      height * (0.94 + random.next() * 0.05),
      60 + random.next() * 70,
      sky.near,
    );
  const what = moon ? "a thin moon" : "many stars";
  return `Drawing of a night sky with ${what}${milkyWay ? " and the Milky Way" : ""} above dark hills`;
};

function pine(canvas: Canvas, x: number, foot: number, size: number, colour: Colour): void {
  canvas.rect(x - size * 0.03, foot - size * 0.12, size * 0.06, size * 0.16, colour);
  for (let i = 0; i < 4; i++) {
    const y = foot - size * (0.1 + i * 0.21);
    const half = size * (0.26 - i * 0.052);
    canvas.polygon(
      [
        [x - half, y],
        [x + half, y],
        [x, y - size * 0.36],
      ],
      colour,
    );
  }
}

export const drawForest: Draw = (canvas, random, number) => {
  const { width, height } = canvas;
  const sky = skyOf(number + 3);
  paintSky(canvas, random, sky, height);
  const autumn = number % 3 === 2;
  for (let layer = 0; layer < 4; layer++) {
    const share = layer / 3;
    const tone = mix(sky.far, autumn ? [150, 78, 36] : [28, 74, 58], share * 0.9);
    const ground = hills(random, height * (0.6 + 0.09 * layer), height * 0.035, width, 0.5);
    canvas.below(ground, tone, mix(tone, sky.near, 0.3));
    const size = 72 + layer * 46;
    for (let x = -20; x < width + 20; x += size * (0.36 + random.next() * 0.3)) {
      pine(
        canvas,
        x,
        ground(x) + size * 0.12,
        size * (0.7 + random.next() * 0.6),
        mix(tone, sky.near, 0.08 + 0.08 * between(random, 0, 1)),
      );
    }
  }
  return `Drawing of a ${autumn ? "rust-coloured autumn" : "green"} pine forest ${sky.name}`;
};
