import type { SweepReport } from "../../core/feed/service.ts";
import type { RoutedLeader } from "../../core/tao/leader-route.ts";

/** Asks every leader to resume what it still has to deliver. One that is away is counted and asked next time. */
export async function sweepAll(
  leaders: readonly Pick<RoutedLeader, "sweep">[],
): Promise<SweepReport> {
  const swept = await Promise.all(leaders.map((leader) => leader.sweep()));
  const reports = swept.flatMap((result) => (result.ok ? result.value : []));
  const sum = (of: (each: (typeof reports)[number]) => number) =>
    reports.reduce((total, each) => total + of(each), 0);
  return {
    shards: leaders.length,
    intents: sum((each) => each.intents),
    followersBehind: sum((each) => each.followersBehind),
    unreachable: leaders.length - reports.length,
  };
}
