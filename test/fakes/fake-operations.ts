import type { Client } from "../../client/client.ts";
import type { FanoutPost } from "../../core/feed/fanout/admin.ts";
import type { Settings } from "../../core/feed/schemas.ts";
import type { RankingReport } from "../../core/ranking/stats-schemas.ts";
import { planSchema } from "../../core/rollout/plan.ts";
import type {
  RolloutAction,
  RolloutList,
  RolloutView,
  RolloutWish,
} from "../../core/rollout/rollout.ts";

/** What operators see, canned. */
export const FANOUT_POST: FanoutPost = {
  post: "1184274518017",
  author: "1184274518016",
  strategy: "push",
  reason: "nobody follows the author",
  followers: 0,
  costMs: 3,
  chunks: 1,
  chunksDone: 1,
  named: 4,
  active: 1,
  calls: 4,
  postedMs: 1_800_000_000_001,
  plannedMs: 1_800_000_000_010,
  doneMs: 1_800_000_000_900,
};

export const RANKING: RankingReport = {
  isolate: "5f0c21aa",
  counts: { modes: {}, reasons: {}, calls: {}, hedges: { sent: 0, won: 0, refused: 0 } },
  lightModel: "light-1",
  cachedViewers: 0,
  pools: [],
  models: [],
  servers: [],
  breakers: [],
  transitions: [],
  regions: { "us-east": null },
};

export const ROLLOUT: RolloutView = {
  id: "smaller-pages",
  flag: "feed.page-max",
  kind: "config",
  revision: 3,
  phase: { at: "running", stage: 0, sinceMs: 1_800_000_000_000 },
  share: 100,
  regions: null,
  control: 50,
  treatment: 10,
  plan: planSchema.parse({}),
  seen: { control: { viewers: 1_000, pages: 5_000 }, treatment: { viewers: 10, pages: 50 } },
  verdicts: [
    {
      guard: "error_rate",
      outcome: "not_enough_data",
      control: 0.001,
      treatment: 0,
      harm: { estimate: -0.006, low: null, high: null },
    },
  ],
  createdMs: 1_800_000_000_000,
  startedMs: 1_800_000_000_000,
};

export const ROLLOUTS: RolloutList = { revision: 3, rollouts: [ROLLOUT], audit: [], regions: [] };

export const ROLLOUT_WISH: RolloutWish = {
  id: "smaller-pages",
  flag: "feed.page-max",
  treatment: 10,
  reason: "to see",
};
const KILL: RolloutAction = { action: "kill", revision: null, reason: "to see" };

/** Every operation of rollouts, as a client calls it. */
export const rolloutCalls = (client: Client) => ({
  rollouts: () => client.rollouts(),
  rollout: () => client.rollout(ROLLOUT.id),
  createRollout: () => client.createRollout(ROLLOUT_WISH),
  actOnRollout: () => client.actOnRollout(ROLLOUT.id, KILL),
});

export const SETTINGS: Settings = {
  feedMode: "latest",
  defaultAudience: "public",
  theme: "dark",
  autoplay: true,
};
