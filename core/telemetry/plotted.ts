import type { Counter, Timing } from "./region-counts.ts";

/** What the dashboard draws of a region's history: its traffic, its errors and its times. By itself: pages load it. */
export const PLOTTED: readonly (Counter | Timing)[] = [
  "http_answers",
  "http_errors",
  "http_read_ms",
];
