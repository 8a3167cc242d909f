import type { Failure } from "../../core/errors.ts";
import { logicalShard } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Lease } from "../../core/tao/lease.ts";
import { OBJECT } from "../../core/tao/registry.ts";
import type { Write } from "../../core/tao/types.ts";
import { GraphWorld } from "./graph-world.ts";
import { HeldStore } from "./held-store.ts";

const data = JSON.stringify({
  handle: "someone",
  name: "x",
  bio: "",
  avatar: null,
  createdAtMs: 1,
});
export const add: Write = { op: "objAdd", otype: OBJECT.user, shard: logicalShard(0), data };

/** One shard whose lease the test decides about. */
export async function leased(untilInMs: number = LIMITS.leaseMs) {
  const world = await GraphWorld.create(1);
  const store = new HeldStore();
  world.stores[0] = store;
  const startMs = world.clock.nowMs();
  const coordinator = {
    asked: 0,
    answer: ok({ epoch: 1, fromMs: 0, untilMs: startMs + untilInMs }) as Result<Lease, Failure>,
    /** Set to keep the next answers back. */
    gate: null as Promise<void> | null,
  };
  world.lease = {
    lease: async () => {
      coordinator.asked++;
      const { answer } = coordinator;
      await coordinator.gate;
      return answer;
    },
  };
  await world.restartLeader(0);
  const grant = (epoch: number, forMs: number) => {
    coordinator.answer = ok({ epoch, fromMs: 0, untilMs: world.clock.nowMs() + forMs });
  };
  const write = (opId: string) => world.leader(0).write({ writes: [add], opId });
  return { world, store, coordinator, grant, write };
}
