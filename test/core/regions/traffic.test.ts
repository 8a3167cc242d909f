import fc from "fast-check";
import { describe, it } from "vitest";

import type { RegionOrder } from "../../../core/regions/nearest.ts";
import { keptShare, positionIn, returnedShare, servedBy } from "../../../core/regions/traffic.ts";

const ORDER: RegionOrder = ["us-east", "us-west", "eu-west"];
const VIEWERS = Array.from({ length: 4_000 }, (_, n) => String(1_000_000 + 977 * n));
const serving = (shares: Readonly<Record<string, number>>) =>
  VIEWERS.map((viewer) => servedBy(ORDER, (region) => shares[region] ?? 1, viewer));
const shareOf = (places: readonly string[], region: string) =>
  places.filter((place) => place === region).length / places.length;

describe("a viewer", () => {
  it("is served by the nearest region that takes everybody", ({ expect }) => {
    expect(shareOf(serving({}), "us-east")).toBe(1);
    expect(shareOf(serving({ "us-east": 0 }), "us-west")).toBe(1);
    expect(shareOf(serving({ "us-east": 0, "us-west": 0 }), "eu-west")).toBe(1);
  });

  it("is one of those who move when a share changes, or stays where they are", ({ expect }) => {
    const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const [before, after] = [serving({ "us-east": low }), serving({ "us-east": high })];
        for (const [n, place] of before.entries()) {
          const position = positionIn("us-east", VIEWERS[n] ?? "");
          const moves = position >= low && position < high;
          expect(place === after[n]).toBe(!moves);
        }
        expect(Math.abs(shareOf(after, "us-east") - high)).toBeLessThan(0.03);
      }),
      { numRuns: 20 },
    );
  });

  it("who is turned away is spread anew by the next region", ({ expect }) => {
    const places = serving({ "us-east": 0.5, "us-west": 0.5 });
    expect(shareOf(places, "us-east")).toBeCloseTo(0.5, 1);
    expect(shareOf(places, "us-west")).toBeCloseTo(0.25, 1);
    expect(shareOf(places, "eu-west")).toBeCloseTo(0.25, 1);
  });

  it("whom nobody takes is served by the nearest that takes anybody, else by the nearest", ({
    expect,
  }) => {
    const tiny = serving({ "us-east": 0, "us-west": 1e-9, "eu-west": 1e-9 });
    expect(shareOf(tiny, "us-west")).toBe(1);
    expect(shareOf(serving({ "us-east": 0, "us-west": 0, "eu-west": 0 }), "us-east")).toBe(1);
  });

  it("whom nobody can name stays while the region takes anybody", ({ expect }) => {
    expect(servedBy(ORDER, (region) => (region === "us-east" ? 0.1 : 1), null)).toBe("us-east");
    expect(servedBy(ORDER, (region) => (region === "us-east" ? 0 : 1), null)).toBe("us-west");
  });
});

describe("a share", () => {
  const drain = { keep: 0.2, from: 1, sinceMs: 1_000, untilMs: 9e9, reason: "", by: "" };

  it("gets to where it goes within a minute, evenly", ({ expect }) => {
    const at = [0, 1_000, 16_000, 31_000, 61_000, 900_000];
    expect(at.map((ms) => keptShare(drain, ms))).toEqual([1, 1, 0.8, 0.6, 0.2, 0.2]);
    const back = { ...drain, keep: 1, from: 0.7 };
    expect([1_000, 31_000, 61_000].map((ms) => keptShare(back, ms))).toEqual([0.7, 0.85, 1]);
  });

  it("comes back in the same time, from nothing", ({ expect }) => {
    expect(returnedShare(null, 5)).toBe(1);
    expect([1_000, 7_000, 61_000].map((ms) => returnedShare(1_000, ms))).toEqual([0, 0.1, 1]);
  });
});
