import { describe, it } from "vitest";

import type { Failure } from "../../../core/errors.ts";
import { listShards, moveShard, type ShardAdminPorts } from "../../../core/regions/shard-admin.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { evenShardMap, type ShardEntry, type ShardMap } from "../../../core/tao/shard-map.ts";

const map = evenShardMap(20, new Map([["east", 1]]));
const away = err({ code: "unavailable", dependency: "coordinator", retryAfterMs: 1 } as const);

function ports(coordinators: readonly Partial<ShardAdminPorts["coordinators"][number]>[]) {
  const asked: string[] = [];
  const at = coordinators.map((coordinator, index) => ({
    map: async (): Promise<Result<ShardMap, Failure>> => {
      asked.push(`map ${index}`);
      return coordinator.map?.() ?? away;
    },
    handOver: async (shard: number, to: string): Promise<Result<ShardEntry, Failure>> => {
      asked.push(`move ${shard} ${to} ${index}`);
      return coordinator.handOver?.(shard, to) ?? away;
    },
  }));
  const leader = (shard: number) => ({
    read: async () => (shard === 7 ? away : ok({ results: [], at: { epoch: 1, seq: shard } })),
  });
  return { asked, ports: { coordinators: at, leader } };
}

describe("the operator's list of shards", () => {
  it("has every shard with its head, and says why one is missing", async ({ expect }) => {
    const { ports: given } = ports([{ map: async () => ok(map) }]);
    const list = await listShards(given);
    if (!list.ok) throw new Error(list.error.code);
    expect(list.value.shards.map(({ shard }) => shard)).toEqual(
      map.entries.map(({ shard }) => shard),
    );
    expect(list.value.shards[5]).toMatchObject({ leader: "east", head: "1.5", failure: null });
    expect(list.value.shards[7]).toMatchObject({ head: null, failure: "unavailable" });
  });

  it("is asked of the next region when the nearest is away", async ({ expect }) => {
    const { asked, ports: given } = ports([{}, { map: async () => ok(map) }]);
    expect((await listShards(given)).ok).toBe(true);
    expect(asked).toEqual(["map 0", "map 1", "map 0", "map 1"]);
    expect(await listShards(ports([{}, {}]).ports)).toEqual(away);
  });
});

describe("the operator's hand-over", () => {
  it("passes refusals on, and asks nobody else then", async ({ expect }) => {
    const refused = err({ code: "conflict", reason: "each keeps its own" } as const);
    const { asked, ports: given } = ports([{ handOver: async () => refused }, {}]);
    expect(await moveShard(given, 3, "west")).toEqual(refused);
    expect(asked).toEqual(["move 3 west 0"]);
  });

  it("says where the shard is led from now on", async ({ expect }) => {
    const [entry] = map.entries;
    if (entry === undefined) throw new Error("no entry");
    const moved = { ...entry, leader: "west", epoch: 2, notBeforeMs: 5 };
    const { ports: given } = ports([{}, { handOver: async () => ok(moved) }]);
    expect(await moveShard(given, 0, "west")).toEqual(
      ok({
        shard: 0,
        logicalShards: [entry.from, entry.to],
        leader: "west",
        epoch: 2,
        leaseUntilMs: 0,
        notBeforeMs: 5,
      }),
    );
  });
});
