import { describe, it } from "vitest";

import { DAY } from "../../../bench/hit-rates/day.ts";
import { lastVisits, scheduleOf } from "../../../bench/hit-rates/schedule.ts";

const HOUR_MS = 3_600_000;
const spec = { seed: 3, people: 2_000, fromMs: -2 * HOUR_MS, untilMs: 2 * HOUR_MS };

describe("a schedule of visits", () => {
  it("is the same for the same seed, and in order", ({ expect }) => {
    const visits = scheduleOf(spec);
    expect(scheduleOf(spec)).toEqual(visits);
    expect(scheduleOf({ ...spec, seed: 4 })).not.toEqual(visits);
    expect(visits).toEqual(visits.toSorted((a, b) => a.atMs - b.atMs));
  });

  it("has as many visits as the busiest hour, by few people more than by many", ({ expect }) => {
    const visits = scheduleOf(spec);
    const active = spec.people * DAY.activeShare.value;
    const expected = active * DAY.visitsPerDay.value * DAY.busiestHourShare.value * 4;
    expect(visits.length / expected).toBeGreaterThan(0.8);
    expect(visits.length / expected).toBeLessThan(1.2);
    const most = visits.filter(({ person }) => person < active / 100).length;
    expect(most / visits.length).toBeGreaterThan(0.05);
  });

  it("brings about half of the people back soon", ({ expect }) => {
    const gaps = new Map<number, number>();
    let soon = 0;
    const visits = scheduleOf(spec);
    for (const { person, atMs } of visits) {
      if (atMs - (gaps.get(person) ?? -Infinity) < HOUR_MS / 2) soon++;
      gaps.set(person, atMs);
    }
    expect(soon / visits.length).toBeGreaterThan(0.4);
    expect(soon / visits.length).toBeLessThan(0.75);
  });

  it("knows who was here last, and when", ({ expect }) => {
    const visits = [
      { person: 1, atMs: -30 },
      { person: 2, atMs: -20 },
      { person: 1, atMs: -10 },
      { person: 2, atMs: 5 },
    ];
    expect([...lastVisits(visits, 0)]).toEqual([
      [1, -10],
      [2, -20],
    ]);
  });
});
