import { it } from "vitest";

import type { SpanEvent } from "../../core/telemetry/span.ts";
import { TraceLog } from "../../dev/trace-log.ts";

const one = (span: string, parent: string | null, startMs: number, name: string): SpanEvent => ({
  event: "span",
  trace: "t1",
  span,
  parent,
  name,
  region: parent === null ? "us-east" : null,
  startMs,
  tookMs: 2.6,
  outcome: "ok",
});

it("prints a trace as a tree once it is quiet, whatever the order of its lines", ({ expect }) => {
  const log = new TraceLog();
  const lines = [
    one("c", "b", 1_002, "follower read"),
    one("b", "a", 1_001, "feed"),
    one("e", "lost", 1_009, "fanout deliver"),
    { ...one("a", null, 1_000, "gateway"), detail: "much" },
    one("d", "b", 1_001, "feed-bucket page"),
  ].map((span) => JSON.stringify(span));
  for (const line of lines) expect(log.hear(line, 5_000)).toBe(true);
  expect(log.take(6_499)).toEqual([]);
  const [text = ""] = log.take(6_500);
  expect(text.split("\n").map((line) => line.replaceAll(/(?<=\S) {2,}/g, "  "))).toEqual([
    "trace t1",
    "  gateway  +0 ms  3 ms  ok  us-east  much",
    "    feed  +1 ms  3 ms  ok",
    "      feed-bucket page  +1 ms  3 ms  ok",
    "      follower read  +2 ms  3 ms  ok",
    "  fanout deliver  +9 ms  3 ms  ok",
  ]);
  expect([log.isWaiting, log.take(9_999)]).toEqual([false, []]);
});

it("leaves other lines to others, and holds a bounded number", ({ expect }) => {
  const log = new TraceLog();
  for (const line of ["", "hello", '{"event":"span"}', '{"event":"span",', '{"event":"sweep"}'])
    expect(log.hear(line, 0)).toBe(false);
  for (let n = 0; n < 3_000; n++) log.hear(JSON.stringify(one(`s${n}`, null, n, "gateway")), 0);
  expect(log.take(9_999).join("\n").split("\n")).toHaveLength(2_001);
});
