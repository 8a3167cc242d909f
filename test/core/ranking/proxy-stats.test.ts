import { it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { ProxyCounters } from "../../../core/ranking/proxy-stats.ts";

it("remembers the versions that answered, the newest heard first, and a bounded number", ({
  expect,
}) => {
  const counters = new ProxyCounters();
  for (let version = 0; version < LIMITS.rankModelsShown; version++)
    counters.scored(`v${version}`, version);
  counters.scored("v0", 100);
  expect(counters.read().models[0]).toEqual({ model: "v0", answers: 2, lastMs: 100 });
  counters.scored("new", 101);
  const { models } = counters.read();
  expect(models).toHaveLength(LIMITS.rankModelsShown);
  expect(models.slice(0, 2).map(({ model }) => model)).toEqual(["new", "v0"]);
  // The one that was heard longest ago has given way.
  expect(models.map(({ model }) => model)).not.toContain("v1");
});
