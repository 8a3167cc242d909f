import { describe, it } from "vitest";

import { feedTopology } from "../../core/feed/cache/topology.ts";
import type { Id } from "../../core/ids.ts";
import type { FeatureBucketService } from "../../core/ranking/feature-service.ts";
import { SCHEMA } from "../../core/ranking/features.ts";
import { DEFAULT_WEIGHING } from "../../core/ranking/weighing.ts";
import type { RankingService } from "../../core/ranking/service.ts";
import { DEFAULT_REGIONS } from "../../core/regions/regions.ts";
import { rankingStubs } from "../../platform/ranking-stubs.ts";
import { slateOf } from "../fakes/slates.ts";

const VIEWER = 7n as Id;
const never = (): Promise<never> => new Promise(() => {});
const broken = (): never => {
  throw new Error("the binding is gone");
};
const rejects = (): Promise<never> => Promise.reject(new Error("the object is gone"));

function port(ranking: () => unknown, features: () => unknown) {
  const names: string[] = [];
  const bucket = { facts: features, keep: features, tell: features, act: features };
  const stubs = rankingStubs(
    {
      RANKING: { rank: ranking } as unknown as RankingService,
      FEATURE_BUCKET: {
        getByName: (name) => {
          names.push(name);
          return bucket as unknown as FeatureBucketService;
        },
      },
    },
    { regions: DEFAULT_REGIONS, feedBuckets: feedTopology(4) },
    DEFAULT_WEIGHING,
  );
  return { stubs, names };
}

const request = {
  region: "us-east",
  viewerId: "7",
  schema: SCHEMA,
  posts: [],
  createdAtMs: [],
  dense: new Float32Array(),
  ids: new Int32Array(),
  deadlineMs: 0,
};

describe("the way to ranking", () => {
  it.for<readonly [string, () => unknown]>([
    ["never answers", never],
    ["throws", broken],
    ["rejects", rejects],
  ])("fails, in time, where somebody %s", async ([, how], { expect }) => {
    const { stubs } = port(how, how);
    const answers = await Promise.all([
      stubs.facts("us-east", VIEWER, ["v:7"], 20),
      stubs.rank(request, 20),
    ]);
    expect(answers).toMatchObject([
      { ok: false, error: { code: "unavailable", dependency: "features" } },
      { ok: false, error: { code: "unavailable", dependency: "ranker" } },
    ]);
  });

  it("asks the viewer's bucket of the region, and counts its calls", async ({ expect }) => {
    const { stubs, names } = port(never, async () => new Map());
    await stubs.facts("eu-west", VIEWER, [], 1_000);
    await stubs.keep("us-east", slateOf({ viewer: "7" }, ["1"]));
    await stubs.act("us-east", { viewer: "7", atMs: 0, head: "like", on: { post: "1" } });
    const bucket = feedTopology(4).bucketOf(VIEWER);
    expect(names).toEqual([
      `feature-bucket:eu-west:${bucket}`,
      `feature-bucket:us-east:${bucket}`,
      `feature-bucket:us-east:${bucket}`,
    ]);
    expect(stubs.calls()).toBe(3);
  });
});
