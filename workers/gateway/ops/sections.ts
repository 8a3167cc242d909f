import type { Dependency, Failure } from "../../../core/errors.ts";
import type { CallContext } from "../../../core/feed/service.ts";
import { LIMITS } from "../../../core/limits.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { GatewayDeps } from "../context.ts";

/** One part of what operators look at. */
export interface SectionSource {
  /** As in `/v1/admin/overview?sections=`. */
  readonly name: string;
  /** Named when it does not answer. */
  readonly dependency: Dependency;
  /** As the section's own operation answers. May reject; it then counts as away. */
  readonly read: (deps: GatewayDeps, ctx: CallContext) => Promise<Result<unknown, Failure>>;
  /**
   * Of what asks hundreds of objects: it may take `opsCostlyMs`, is asked for once in `opsCostlyEveryMs` by an
   * isolate, however many look, and by nobody while nobody looks: asking wakes what sleeps.
   */
  readonly isCostly?: boolean;
}

const away = (dependency: Dependency): Failure => ({
  code: "unavailable",
  dependency,
  retryAfterMs: 1_000,
});

/** Every section: a line here makes it recorded each minute, and shown while its source is away. */
export const SECTIONS: readonly SectionSource[] = [
  {
    name: "levels",
    dependency: "controller",
    read: async ({ controllers }) => unlessAllAway(await controllers.list()),
  },
  {
    name: "alerts",
    dependency: "controller",
    read: async ({ controllers }) => unlessAllAway(await controllers.alerts()),
  },
  {
    name: "rollouts",
    dependency: "rollouts",
    read: async ({ feed }, ctx) => valueOf(await feed.rollouts(ctx)),
  },
  {
    name: "shards",
    dependency: "coordinator",
    read: async ({ feed }, ctx) => valueOf(await feed.shards(ctx)),
  },
  {
    name: "ranking",
    dependency: "ranker",
    read: async ({ feed }, ctx) => valueOf(await feed.ranking(ctx)),
  },
  {
    name: "caches",
    dependency: "feed",
    isCostly: true,
    read: async ({ caches, feed }, ctx) => {
      // What this gateway has counted and not yet passed on would be missing.
      await caches.flush();
      return valueOf(await feed.caches(ctx));
    },
  },
  {
    name: "fanout",
    dependency: "feed",
    isCostly: true,
    read: async ({ feed }, ctx) => valueOf(await feed.fanout(ctx)),
  },
  {
    name: "dead-letters",
    dependency: "feed",
    isCostly: true,
    read: async ({ feed }, ctx) => valueOf(await feed.fanoutDeadLetters(ctx)),
  },
  {
    name: "drills",
    dependency: "drills",
    read: async ({ drills }) => drills?.list() ?? err({ code: "not_found", what: "drill" }),
  },
  {
    name: "actions",
    dependency: "action_log",
    read: async ({ actions }) => ok({ actions: await actions.list(LIMITS.opsActionsShown) }),
  },
];

/** Some regions away is news; all of them is none, and what was known says more. */
const unlessAllAway = (list: {
  readonly regions: readonly unknown[];
  readonly away: readonly unknown[];
}): Result<unknown, Failure> =>
  list.regions.length === 0 && list.away.length > 0 ? err(away("controller")) : ok(list);

const valueOf = (answer: Result<{ readonly value: unknown }, Failure>): Result<unknown, Failure> =>
  answer.ok ? ok(answer.value.value) : answer;
