import { describe, it } from "vitest";

import {
  type Activity,
  parseWarming,
  scoreWarming,
  visited,
  WARMING_COLUMNS,
  warmingRow,
} from "../../../core/ranking/warming.ts";
import { isChosen, seeded } from "../../../gpu-ranker/train/random.ts";
import { evaluateWarming } from "../../../gpu-ranker/train/warming/evaluate.ts";
import { idleByHour, type Visit } from "../../../gpu-ranker/train/warming/hours.ts";

const HOUR_MS = 3_600_000;
const MONDAY_MS = Date.UTC(2026, 0, 5);
const at = (hours: number) => MONDAY_MS + hours * HOUR_MS;
const column = (activity: Activity, name: (typeof WARMING_COLUMNS)[number], nowMs: number) =>
  warmingRow(activity, nowMs)[WARMING_COLUMNS.indexOf(name)] ?? Number.NaN;

describe("activity", () => {
  const often = [9, 33, 57].reduce<Activity | null>((now, hour) => visited(now, at(hour)), null);
  if (often === null) throw new TypeError("no visits");

  it("knows the hour that one comes at", ({ expect }) => {
    expect(column(often, "hour_share", at(81))).toBeGreaterThan(
      column(often, "hour_share", at(75)),
    );
    expect(column(often, "next_share", at(80))).toBe(column(often, "hour_share", at(81)));
  });

  it("fades", ({ expect }) => {
    expect(column(often, "day", at(58))).toBeGreaterThan(column(often, "day", at(82)));
    expect(often.day).toBeCloseTo(1 + 0.5 + 0.25, 10);
  });

  it("tells weekends apart", ({ expect }) => {
    const saturday = at(5 * 24 + 9);
    expect(column(often, "weekend", saturday)).toBe(1);
    expect(column(often, "weekend_share", saturday)).toBeLessThan(
      column(often, "weekend_share", at(81)),
    );
  });

  it("takes what is late as of the newest", ({ expect }) => {
    const late = visited(often, at(1));
    expect(late.lastMs).toBe(often.lastMs);
    expect(late.day).toBe(often.day + 1);
  });
});

it("looks at those who have been away for an hour, and at who comes within the next", ({
  expect,
}) => {
  const visits: Visit[] = [
    { viewer: "a", timeMs: at(0.5) },
    { viewer: "b", timeMs: at(1.5) },
    { viewer: "a", timeMs: at(2.25) },
    { viewer: "c", timeMs: at(4.25) },
  ];
  const hours = [...idleByHour(visits)].map(({ nowMs, idle }) => [
    (nowMs - MONDAY_MS) / HOUR_MS,
    idle.map(({ returned }) => returned),
  ]);
  expect(hours).toEqual([
    [1, []],
    [2, [true]],
    [3, [false]],
  ]);
});

it("finds more of those who return than recency, the hour or chance do", async ({ expect }) => {
  const random = seeded(9);
  const visits: Visit[] = [];
  for (let hour = 0; hour < 24 * 14; hour++)
    for (let person = 0; person < 80; person++) {
      // Half of the people come at an hour of their own, half are busy for some days at a time.
      const own =
        person % 2 === 0 ? hour % 24 === person % 24 : (Math.floor(hour / 60) + person) % 5 === 0;
      if (isChosen(random, own ? (person % 2 === 0 ? 0.8 : 0.25) : 0.01))
        visits.push({ viewer: String(person), timeMs: at(hour) + person * 1_000 });
    }
  const result = await evaluateWarming(visits, 1, "v1");
  const recallOf = (name: "model" | "recency" | "hour histogram" | "random") =>
    result.recall.get(name)?.[1] ?? Number.NaN;
  for (const other of ["recency", "hour histogram", "random"] as const)
    expect(recallOf("model"), other).toBeGreaterThan(recallOf(other));
  expect(recallOf("random")).toBeLessThan(0.15);

  const again = await evaluateWarming(visits, 1, "v1");
  expect(again.model).toEqual(result.model);
  const parsed = parseWarming(JSON.parse(JSON.stringify(result.model)));
  expect(parsed).toEqual({ ok: true, value: result.model });
  const score = scoreWarming(result.model, visited(null, at(0)), at(5));
  expect(score > 0 && score < 1).toBe(true);
});
