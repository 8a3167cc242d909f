import { Counter, Gauge, Histogram as PromHistogram, Registry } from "prom-client";
import { describe, it } from "vitest";

import { EXPOSED_MS, expositionOf } from "../../../core/telemetry/exposition.ts";
import { bucketOf, boundMs, Histogram } from "../../../core/telemetry/histogram.ts";
import { regionMetrics } from "../../../core/telemetry/region-metrics.ts";
import { COUNTERS, RegionSums, TIMINGS } from "../../../core/telemetry/region-counts.ts";
import { readExposition } from "../../fakes/exposition-reader.ts";

const PUBLISHED = { revision: 1, level: 2, sinceMs: 0, reason: "", pin: null } as const;

function totals(fill: (sums: RegionSums) => void) {
  const sums = new RegionSums();
  fill(sums);
  return {
    sinceMs: 1_500,
    counts: sums.counts(),
    published: PUBLISHED,
    on: ["feed_cache"] as const,
  };
}

describe("the text of a scrape", () => {
  it("has every counter and every duration of every region, from the beginning", ({ expect }) => {
    const families = readExposition(
      expositionOf(regionMetrics([{ region: "a", totals: totals(() => {}) }])),
    );
    const all = [...families.values()];
    const of = (type: string) => all.filter((family) => family.type === type);
    expect(of("counter").flatMap(({ samples }) => samples)).toHaveLength(COUNTERS.length);
    const counts = of("histogram").flatMap(({ samples }) =>
      samples.filter(({ name }) => name.endsWith("_count")),
    );
    expect(counts).toHaveLength(TIMINGS.length);
    expect(
      all.flatMap(({ samples }) => samples).every(({ labels }) => labels["region"] === "a"),
    ).toBe(true);
  });

  it("says what was counted, by labels with few values", ({ expect }) => {
    const text = expositionOf(
      regionMetrics([
        {
          region: "a",
          totals: totals((sums) => {
            sums.count("http_4xx", 7);
            sums.count("feed_pages_light_model", 3);
            sums.count("rank_calls", 5);
            sums.time("http_read_ms", 75);
            sums.time("http_read_ms", 76);
          }),
        },
        { region: "b", totals: null },
      ]),
    );
    const families = readExposition(text);
    const value = (family: string, labels: object, name = family) =>
      families
        .get(family)
        ?.samples.find(
          (sample) =>
            sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels),
        )?.value;
    expect(value("edgewise_http_responses_total", { region: "a", class: "4xx" })).toBe(7);
    expect(value("edgewise_feed_pages_total", { region: "a", mode: "light-model" })).toBe(3);
    expect(value("edgewise_rank_calls_total", { region: "a" })).toBe(5);
    expect(value("edgewise_region_level", { region: "a" })).toBe(2);
    expect(value("edgewise_region_pinned", { region: "a" })).toBe(0);
    expect(value("edgewise_region_counted_since_seconds", { region: "a" })).toBe(1.5);
    expect(value("edgewise_region_condition_on", { region: "a", condition: "feed_cache" })).toBe(1);
    expect(value("edgewise_region_up", { region: "a" })).toBe(1);
    expect(value("edgewise_region_up", { region: "b" })).toBe(0);
    expect(text.split("\n").filter((line) => line.includes('"b"'))).toHaveLength(1);
    const read = "edgewise_http_request_duration_seconds";
    const bucket = (le: string) => value(read, { region: "a", kind: "read", le }, `${read}_bucket`);
    expect([bucket("0.05"), bucket("0.075"), bucket("0.1"), bucket("+Inf")]).toEqual([0, 1, 2, 2]);
    expect(value(read, { region: "a", kind: "read" }, `${read}_sum`)).toBeCloseTo(0.151);
  });

  it("has buckets that ours fill exactly", ({ expect }) => {
    for (const ms of EXPOSED_MS) expect(boundMs(bucketOf(ms))).toBe(ms);
  });

  it("escapes labels and help", ({ expect }) => {
    const labels = { path: 'a "b" \\ c\nd' };
    const text = expositionOf([
      { type: "gauge", name: "g", help: "back\\slash\nline", samples: [{ labels, value: 1e21 }] },
    ]);
    expect(text).toBe(
      '# HELP g back\\\\slash\\nline\n# TYPE g gauge\ng{path="a \\"b\\" \\\\ c\\nd"} 1e+21\n',
    );
    expect(readExposition(text).get("g")?.samples).toEqual([{ name: "g", labels, value: 1e21 }]);
  });
});

describe("the reader that judges it", () => {
  it("reads what prom-client writes, and gets the same numbers", async ({ expect }) => {
    const registers = [new Registry()];
    const labelNames = ["region"];
    new Counter({ name: "c_total", help: "c", labelNames, registers }).inc({ region: 'a"\\\n' }, 3);
    new Gauge({ name: "g", help: "g", registers }).set(-1.5);
    const seconds = { name: "h", help: "h", labelNames, registers, buckets: [0.1, 1] };
    const histogram = new PromHistogram(seconds);
    const ours = new Histogram();
    for (const ms of [50, 100, 700, 5_000]) {
      histogram.observe({ region: "a" }, ms / 1_000);
      ours.record(ms);
    }
    const theirs = readExposition(await (registers[0]?.metrics() ?? ""));
    expect(theirs.get("c_total")?.samples[0]).toMatchObject({
      labels: { region: 'a"\\\n' },
      value: 3,
    });
    const labels = { region: "a" };
    const own = readExposition(
      expositionOf([
        { type: "histogram", name: "h", help: "h", samples: [{ labels, histogram: ours }] },
      ]),
    );
    const at = (families: typeof own, le: string) =>
      families.get("h")?.samples.find((sample) => sample.labels["le"] === le)?.value;
    expect([at(own, "0.1"), at(own, "+Inf")]).toEqual([at(theirs, "0.1"), at(theirs, "+Inf")]);
    const sum = (families: typeof own) =>
      families.get("h")?.samples.find(({ name }) => name === "h_sum")?.value;
    expect(sum(own)).toBeCloseTo(sum(theirs) ?? 0);
  });

  it.for([
    ["no end of line", "a 1"],
    ["a sample without a family", "a 1\n"],
    ["a value that is none", "# TYPE a gauge\na one\n"],
    ["a sample twice", '# TYPE a gauge\na{b="c"} 1\na{b="c"} 2\n'],
    ["a label twice", '# TYPE a gauge\na{b="c",b="d"} 1\n'],
    ["an open quote", '# TYPE a gauge\na{b="c} 1\n'],
    ["a bare escape", '# TYPE a gauge\na{b="\\c"} 1\n'],
    ["a type that is none", "# TYPE a number\na 1\n"],
    ["a family in two places", "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n"],
    [
      "falling buckets",
      '# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    ],
    ["no last bucket", '# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n'],
    ["another count", '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n'],
  ] as const)("refuses %s", ([, text], { expect }) => {
    expect(() => readExposition(text)).toThrow();
  });
});
