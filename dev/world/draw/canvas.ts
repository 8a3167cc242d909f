/** 0 … 255 each. */
export type Colour = readonly [number, number, number];

/** Length of a vector; several times faster than Math.hypot, which guards against overflow. */
export const norm = (x: number, y: number): number => Math.sqrt(x * x + y * y);

export const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
];

/** Hue in degrees, saturation and lightness 0 … 1. */
export function hsl(hue: number, saturation: number, lightness: number): Colour {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): number => {
    const k = (n + (((hue % 360) + 360) % 360) / 30) % 12;
    return 255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}

/**
 * How much of a pixel a shape covers, from its signed distance to the edge, in pixels
 * (inside is negative). In quarters: few different edge colours keep the file small.
 */
const coverage = (distance: number): number =>
  Math.round(4 * Math.max(0, Math.min(1, 0.5 - distance))) / 4;

const GLOW_STEPS = 18;

/** RGB pixels with soft-edged shapes: edges are one pixel of blend, computed from distances. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
  }

  blend(x: number, y: number, colour: Colour, alpha: number): void {
    if (alpha <= 0 || x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    const { pixels } = this;
    for (let i = 0; i < 3; i++) {
      const below = pixels[at + i] ?? 0;
      pixels[at + i] = below + ((colour[i] ?? 0) - below) * alpha + 0.5;
    }
  }

  /** A whole row in one colour. */
  #fillRow(y: number, colour: Colour): void {
    const from = y * this.width * 3;
    for (let i = 0; i < 3; i++) this.pixels[from + i] = Math.round(colour[i] ?? 0);
    // Doubles what is filled, so that a row takes a few copies instead of a loop.
    for (let done = 3; done < this.width * 3; done *= 2) {
      const end = from + Math.min(done, this.width * 3 - done);
      this.pixels.copyWithin(from + done, from, end);
    }
  }

  /** From top to bottom; rows between `from` and `to`. */
  gradient(top: Colour, bottom: Colour, from = 0, to = this.height): void {
    for (let y = Math.max(0, from); y < Math.min(to, this.height); y++) {
      this.#fillRow(y, mix(top, bottom, (y - from) / Math.max(1, to - from - 1)));
    }
  }

  /** Any shape by its distance function, inside a box. */
  shape(
    box: {
      readonly left: number;
      readonly top: number;
      readonly right: number;
      readonly bottom: number;
    },
    colour: Colour,
    distance: (x: number, y: number) => number,
    alpha = 1,
  ): void {
    const bottom = Math.min(this.height - 1, Math.ceil(box.bottom + 1));
    const right = Math.min(this.width - 1, Math.ceil(box.right + 1));
    for (let y = Math.max(0, Math.floor(box.top - 1)); y <= bottom; y++) {
      for (let x = Math.max(0, Math.floor(box.left - 1)); x <= right; x++) {
        this.blend(x, y, colour, coverage(distance(x + 0.5, y + 0.5)) * alpha);
      }
    }
  }

  circle(x: number, y: number, radius: number, colour: Colour, alpha = 1): void {
    this.ellipse(x, y, radius, radius, colour, alpha);
  }

  ellipse(cx: number, cy: number, rx: number, ry: number, colour: Colour, alpha = 1): void {
    const box = { left: cx - rx, top: cy - ry, right: cx + rx, bottom: cy + ry };
    // Near the edge, (|p|-1) times the smaller radius is the distance, closely enough.
    const near = (x: number, y: number) =>
      (norm((x - cx) / rx, (y - cy) / ry) - 1) * Math.min(rx, ry);
    this.shape(box, colour, near, alpha);
  }

  /** Light that fades outwards, in steps too small to see and few enough to pack well. */
  glow(cx: number, cy: number, radius: number, colour: Colour, alpha: number): void {
    for (
      let y = Math.max(0, Math.floor(cy - radius));
      y < Math.min(this.height, cy + radius);
      y++
    ) {
      for (
        let x = Math.max(0, Math.floor(cx - radius));
        x < Math.min(this.width, cx + radius);
        x++
      ) {
        const share = 1 - norm(x - cx, y - cy) / radius;
        if (share > 0)
          this.blend(x, y, colour, (alpha * Math.round(GLOW_STEPS * share * share)) / GLOW_STEPS);
      }
    }
  }

  rect(
    left: number,
    top: number,
    width: number,
    height: number,
    colour: Colour,
    radius = 0,
    alpha = 1,
  ): void {
    const [cx, cy] = [left + width / 2, top + height / 2];
    const [hw, hh] = [width / 2 - radius, height / 2 - radius];
    const distance = (x: number, y: number) => {
      const [dx, dy] = [Math.abs(x - cx) - hw, Math.abs(y - cy) - hh];
      return norm(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
    };
    this.shape({ left, top, right: left + width, bottom: top + height }, colour, distance, alpha);
  }

  line(
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    thickness: number,
    colour: Colour,
    alpha = 1,
  ): void {
    const half = thickness / 2;
    const [dx, dy] = [x2 - x1, y2 - y1];
    const lengthSquared = dx * dx + dy * dy || 1;
    const distance = (x: number, y: number) => {
      const along = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / lengthSquared));
      return norm(x - x1 - along * dx, y - y1 - along * dy) - half;
    };
    const box = {
      left: Math.min(x1, x2) - half,
      top: Math.min(y1, y2) - half,
      right: Math.max(x1, x2) + half,
      bottom: Math.max(y1, y2) + half,
    };
    this.shape(box, colour, distance, alpha);
  }

  /** Convex, corners in order. */
  polygon(corners: readonly (readonly [number, number])[], colour: Colour, alpha = 1): void {
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    const box = {
      left: Math.min(...xs),
      top: Math.min(...ys),
      right: Math.max(...xs),
      bottom: Math.max(...ys),
    };
    const turn = Math.sign(twiceArea(corners)) || 1;
    const edges = corners.map(([ax, ay], i) => {
      const [bx, by] = corners[(i + 1) % corners.length] ?? [ax, ay];
      const length = norm(bx - ax, by - ay) || 1;
      return { ax, ay, nx: (turn * (by - ay)) / length, ny: (-turn * (bx - ax)) / length };
    });
    const distance = (x: number, y: number) => {
      let furthest = Number.NEGATIVE_INFINITY;
      for (const { ax, ay, nx, ny } of edges) {
        furthest = Math.max(furthest, (x - ax) * nx + (y - ay) * ny);
      }
      return furthest;
    };
    this.shape(box, colour, distance, alpha);
  }

  /** Everything below a skyline, shaded from `top` at its highest point to `bottom`; rows of one colour pack well. */
  below(skyline: (x: number) => number, top: Colour, bottom: Colour): void {
    const edges = Array.from({ length: this.width }, (_, x) => skyline(x));
    const highest = Math.max(0, Math.floor(Math.min(...edges)));
    const lowest = Math.max(...edges);
    for (let y = highest; y < this.height; y++) {
      const colour = mix(top, bottom, (y - highest) / (this.height - highest));
      if (y >= lowest) this.#fillRow(y, colour);
      else
        for (let x = 0; x < this.width; x++) {
          this.blend(x, y, colour, Math.max(0, Math.min(1, y + 1 - (edges[x] ?? 0))));
        }
    }
  }
}

const twiceArea = (corners: readonly (readonly [number, number])[]): number =>
  corners.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length] ?? [x, y];
    return sum + x * nextY - nextX * y;
  }, 0);
