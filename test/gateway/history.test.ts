import { describe, it } from "vitest";

import type { HistorySeries } from "../../core/telemetry/history-series.ts";
import { RegionSums } from "../../core/telemetry/region-counts.ts";
import { problemOf, startGateway } from "./harness.ts";

function counted() {
  const gateway = startGateway();
  const sums = new RegionSums();
  sums.count("feed_asked", 3);
  gateway.controllers.of("us-east").exchange(sums.counts());
  gateway.controllers.of("eu-west").exchange(sums.counts());
  const series = async (query: string) =>
    (await (await gateway.asOperator(`/v1/admin/history?${query}`)).json()) as HistorySeries;
  const asked = ({ steps }: HistorySeries) => steps.map(({ counters }) => counters["feed_asked"]);
  return { gateway, series, asked };
}

describe("the history of regions", () => {
  it("is of one, or of all of them together", async ({ expect }) => {
    const { series, asked } = counted();
    const one = await series("region=us-east&minutes=60&points=30");
    expect(one).toMatchObject({ regions: ["us-east"], away: [], stepMs: 120_000, points: 30 });
    expect(asked(one)).toEqual([3]);
    expect(one.steps[0]?.at).toBe(29);
    expect(asked(await series("minutes=5"))).toEqual([6]);
  });

  it("has only the names that are asked for", async ({ expect }) => {
    const { series, gateway } = counted();
    const both = await series("minutes=5&only=feed_asked,http_read_ms");
    expect(both.steps.map(({ counters }) => counters)).toEqual([{ feed_asked: 6 }]);
    const other = await series("minutes=5&only=builds_shed");
    expect(other.steps.map(({ counters, timings }) => [counters, timings])).toEqual([[{}, {}]]);
    const wrong = await gateway.asOperator("/v1/admin/history?only=feed_asked,nothing");
    expect(await problemOf(wrong)).toMatchObject({ status: 400, field: "only.1" });
  });

  it("names a region that is away, and has the rest", async ({ expect }) => {
    const { gateway, series, asked } = counted();
    gateway.controllers.away.add("eu-west");
    const rest = await series("minutes=5");
    expect(rest.away).toEqual([{ region: "eu-west", why: "unavailable" }]);
    expect(asked(rest)).toEqual([3]);
  });

  it("is for operators, of regions that exist and a past that is kept", async ({ expect }) => {
    const { gateway } = counted();
    expect((await gateway.asAda("/v1/admin/history")).status).toBe(403);
    const refused = async (query: string) =>
      problemOf(await gateway.asOperator(`/v1/admin/history?${query}`));
    expect(await refused("region=nowhere")).toMatchObject({ status: 404 });
    expect(await refused("minutes=0")).toMatchObject({ status: 400, field: "minutes" });
    expect(await refused("minutes=46081")).toMatchObject({ status: 400, field: "minutes" });
    expect(await refused("points=401")).toMatchObject({ status: 400, field: "points" });
  });
});
