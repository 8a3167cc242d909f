import { readFileSync } from "node:fs";

import { describe, it } from "vitest";

import { RANKER_LIMITS } from "../../gpu-ranker/src/limits.ts";
import { Metrics } from "../../gpu-ranker/src/metrics.ts";

const read = (file: string) => readFileSync(`deploy/kubernetes/ranker/${file}`, "utf8");
const all = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, name = ""]) => name);

describe("the manifests", () => {
  it("scale on metrics that the rules make of what the ranker counts", async ({ expect }) => {
    const asked = all(read("hpa.yaml"), /metric: \{ name: (\w+) \}/g);
    const rules = read("metrics-rules.yaml");
    const made = all(rules, /name: \{ as: (\w+) \}/g);
    expect(asked).toEqual(["ranker_queue_p95_ms", "ranker_shed_ratio"]);
    expect(made).toEqual(asked);

    const { registry } = new Metrics();
    const counted = new Set((await registry.getMetricsAsJSON()).map(({ name }) => name));
    const used = all(rules, /\b(ranker_\w+?)(?:_bucket)?\{/g);
    expect(used.length).toBeGreaterThan(4);
    expect(used.filter((name) => !counted.has(name))).toEqual([]);
  });

  it("give a drain the time that it takes", ({ expect }) => {
    const graceMs =
      1_000 * Number(/terminationGracePeriodSeconds: (\d+)/.exec(read("deployment.yaml"))?.[1]);
    const { drainNoticeMsDefault, drainMsMax, hangMs } = RANKER_LIMITS;
    expect(drainNoticeMsDefault + drainMsMax + hangMs).toBeLessThan(graceMs);
  });

  it("let the drain be noticed before it refuses", ({ expect }) => {
    const probe =
      /readinessProbe:\n(?:.*\n)*? +periodSeconds: (\d+)\n +failureThreshold: (\d+)/.exec(
        read("deployment.yaml"),
      );
    const noticedMs = 1_000 * Number(probe?.[1]) * Number(probe?.[2]);
    expect(noticedMs).toBeLessThan(RANKER_LIMITS.drainNoticeMsDefault);
  });
});

describe("refusals", () => {
  it("are counted from zero, so that the first one has a rate", async ({ expect }) => {
    const text = await new Metrics().registry.metrics();
    for (const reason of ["queue", "deadline", "draining"])
      expect(text).toContain(`ranker_shed_total{reason="${reason}"} 0`);
  });
});
