import { z } from "zod";

import { err, ok, type Result } from "../result.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Habits fade slowly, what one is up to these days faster. */
const HALF_LIFE_MS = { day: DAY_MS, week: 7 * DAY_MS, habit: 14 * DAY_MS } as const;

/** When one person has been here: plain JSON, of bounded size. */
export interface Activity {
  /** Unix ms of the last visit; counts are as of then. */
  readonly lastMs: number;
  /** Visits, decayed by a day and by a week. */
  readonly day: number;
  readonly week: number;
  /** Visits by hour of the day, UTC, decayed by two weeks. */
  readonly hours: readonly number[];
  /** The same on Saturdays and Sundays, and on other days. */
  readonly weekend: number;
  readonly weekdays: number;
}

/** After one more visit at `nowMs`. What is late counts as of the newest. */
export function visited(before: Activity | null, nowMs: number): Activity {
  const lastMs = Math.max(before?.lastMs ?? nowMs, nowMs);
  const old = before ?? NEVER;
  const left = (halfLifeMs: number) => 2 ** ((old.lastMs - lastMs) / halfLifeMs);
  const habit = left(HALF_LIFE_MS.habit);
  const isOff = isWeekend(lastMs);
  const hour = hourOf(lastMs);
  return {
    lastMs,
    day: old.day * left(HALF_LIFE_MS.day) + 1,
    week: old.week * left(HALF_LIFE_MS.week) + 1,
    hours: old.hours.map((count, at) => count * habit + Number(at === hour)),
    weekend: old.weekend * habit + Number(isOff),
    weekdays: old.weekdays * habit + Number(!isOff),
  };
}

const NEVER: Activity = {
  lastMs: 0,
  day: 0,
  week: 0,
  hours: Array.from({ length: 24 }, () => 0),
  weekend: 0,
  weekdays: 0,
};

export const WARMING_COLUMNS = [
  "idle",
  "idle_short",
  "day_cycle",
  "day",
  "week",
  "hour_share",
  "next_share",
  "near_share",
  "hour_count",
  "near_count",
  "hour_sin",
  "hour_cos",
  "weekend",
  "weekend_share",
] as const;

/** What is known of a person at `nowMs`, as numbers of about the same size. */
export function warmingRow(activity: Activity, nowMs: number): number[] {
  const idleHours = Math.max(0, nowMs - activity.lastMs) / HOUR_MS;
  const left = (halfLifeMs: number) => 2 ** ((activity.lastMs - nowMs) / halfLifeMs);
  const hour = hourOf(nowMs);
  const count = (of: number) => activity.hours[(of + 24) % 24] ?? 0;
  const all = activity.hours.reduce((sum, one) => sum + one, 0);
  // Pulled towards an even day by two visits, so that one visit is no habit.
  const share = (of: number) => (count(of) + 2 / 24) / (all + 2);
  const near = count(hour - 1) + count(hour) + count(hour + 1);
  const angle = (2 * Math.PI * (nowMs % DAY_MS)) / DAY_MS;
  const off = isWeekend(nowMs);
  const same = off ? activity.weekend : activity.weekdays;
  return [
    Math.log1p(idleHours),
    Math.exp(-idleHours / 3),
    Math.cos((2 * Math.PI * idleHours) / 24) * Math.exp(-idleHours / 72),
    Math.log1p(activity.day * left(HALF_LIFE_MS.day)),
    Math.log1p(activity.week * left(HALF_LIFE_MS.week)),
    Math.log(24 * share(hour)),
    Math.log(24 * share(hour + 1)),
    Math.log(8 * (share(hour - 1) + share(hour) + share(hour + 1))),
    Math.log1p(count(hour) * left(HALF_LIFE_MS.habit)),
    Math.log1p(near * left(HALF_LIFE_MS.habit)),
    Math.sin(angle),
    Math.cos(angle),
    Number(off),
    (same + 1) / (activity.weekend + activity.weekdays + 2),
  ];
}

const hourOf = (nowMs: number): number => Math.floor(nowMs / HOUR_MS) % 24;
/** 1 January 1970 was a Thursday. */
const isWeekend = (nowMs: number): boolean => [2, 3].includes(Math.floor(nowMs / DAY_MS) % 7);

const columns = z.array(z.number()).length(WARMING_COLUMNS.length);
const warmingSchema = z.object({
  kind: z.literal("warming"),
  version: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  mean: columns,
  scale: z.array(z.number().positive()).length(WARMING_COLUMNS.length),
  weights: columns,
  bias: z.number(),
});
/** A logistic regression: who will be here within the next hour. */
export type WarmingModel = z.infer<typeof warmingSchema>;

export function parseWarming(json: unknown): Result<WarmingModel, string> {
  const parsed = warmingSchema.safeParse(json);
  return parsed.success ? ok(parsed.data) : err(z.prettifyError(parsed.error));
}

/** Probability that the person is here within the hour after `nowMs`. */
export function scoreWarming(model: WarmingModel, activity: Activity, nowMs: number): number {
  let sum = model.bias;
  for (const [column, value] of warmingRow(activity, nowMs).entries())
    sum +=
      ((model.weights[column] ?? 0) * (value - (model.mean[column] ?? 0))) /
      (model.scale[column] ?? 1);
  return 1 / (1 + Math.exp(-sum));
}
