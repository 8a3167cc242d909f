import type { FanoutShardService } from "../core/feed/fanout/service.ts";
import { fanoutName } from "../core/tao/names.ts";
import type { PhysicalShard } from "../core/tao/shard-map.ts";
import { hintsOf, type ObjectNamespace } from "./object-call.ts";
import type { Topology } from "./topology.ts";

export interface FanoutBindings {
  readonly FANOUT: ObjectNamespace<FanoutShardService>;
}

/** Fan-out of each shard, in the region that led it first: a fresh stub per call, which may throw. */
export function fanoutStubs(
  { FANOUT }: FanoutBindings,
  { map, regions }: Pick<Topology, "map" | "regions">,
) {
  const hintOf = hintsOf(regions);
  return {
    fanout: (shard: PhysicalShard): FanoutShardService => {
      const stub = () =>
        FANOUT.getByName(fanoutName(shard), hintOf(map.entries[shard]?.leader ?? ""));
      return {
        accept: (events, upTo) => stub().accept(events, upTo),
        settle: (outcomes) => stub().settle(outcomes),
        wake: () => stub().wake(),
        record: (post) => stub().record(post),
        records: (limit) => stub().records(limit),
        state: () => stub().state(),
        deadLetters: (limit) => stub().deadLetters(limit),
        replay: (chunks) => stub().replay(chunks),
      };
    },
  };
}
