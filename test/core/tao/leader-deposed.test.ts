import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { err } from "../../../core/result.ts";
import { DeposedError } from "../../../core/tao/store.ts";
import { unwrap } from "../../fakes/graph-world.ts";
import { leased } from "../../fakes/leased-world.ts";

const FOLLOWER = "follower:0:eu-west:0";

describe("a leader that is deposed", () => {
  it("neither commits nor acknowledges once the store is in another epoch", async ({ expect }) => {
    const { world, store, grant, write } = await leased();
    await write("first");
    await store.open(2);
    expect(await write("late")).toMatchObject({
      error: { code: "unavailable", dependency: "store" },
    });
    expect(store.commits.length).toBe(1);
    // Its lease still names the old epoch, which no store opens any more.
    expect(await write("later")).toMatchObject({
      error: { code: "unavailable", dependency: "store" },
    });
    expect(world.reports).toContain("store_not_opened");
    world.clock.advance(LIMITS.leaseMs);
    grant(3, LIMITS.leaseMs);
    expect(unwrap(await write("leads again")).at).toEqual({ epoch: 3, seq: 2 });
  });

  it("starts over when its alarm finds out first", async ({ expect }) => {
    const { world, store, write } = await leased();
    await write("first");
    const head = store.head.bind(store);
    store.head = () => Promise.reject(new DeposedError("another leader writes"));
    await world.leader(0).tick();
    store.head = head;
    let opened = 0;
    const open = store.open.bind(store);
    store.open = (epoch) => {
      opened++;
      return open(epoch);
    };
    expect((await write("second")).ok).toBe(true);
    expect(opened).toBe(1);
  });

  it("stops at once when it hears of its successor", async ({ expect }) => {
    const { world, coordinator, write } = await leased();
    await write("first");
    coordinator.answer = err({ code: "moved", shard: 0, entry: null });
    world.clock.advance(LIMITS.leaseMs / 2 + 1);
    await write("asks in the background");
    await world.idle();
    expect(await write("knows")).toMatchObject({ error: { code: "moved" } });
  });

  it("sends followers of another epoch back to the start", async ({ expect }) => {
    const { world, grant, write } = await leased();
    await write("first");
    const pull = (epoch: number, seq: number) => world.leader(0).pull(FOLLOWER, { epoch, seq });
    expect(unwrap(await pull(1, 1))).toEqual({ records: [], head: { epoch: 1, seq: 1 } });
    world.clock.advance(LIMITS.leaseMs);
    grant(2, LIMITS.leaseMs);
    expect(unwrap(await pull(1, 1))).toBeNull();
    expect(unwrap(await pull(3, 9))).toBeNull();
    expect(unwrap(await pull(2, 1))).toEqual({ records: [], head: { epoch: 2, seq: 1 } });
  });
});

describe("a leader that lets go", () => {
  it("finishes its group, then acts no more in that epoch", async ({ expect }) => {
    const { world, store, coordinator, write, grant } = await leased();
    await write("first");
    store.holds = "commit";
    const last = write("last");
    await store.reached();
    const released = world.leader(0).release(1);
    expect(await write("too late")).toMatchObject({ error: { code: "unavailable" } });
    store.goOn();
    expect(unwrap(await last).at).toEqual({ epoch: 1, seq: 2 });
    expect(unwrap(await released)).toEqual({ epoch: 1, seq: 2 });
    // A coordinator that has not heard of it still offers the epoch.
    expect(await write("over")).toMatchObject({ error: { code: "unavailable" } });
    expect(coordinator.asked).toBe(2);
    expect(store.commits.length).toBe(2);
    world.clock.advance(LIMITS.leaseRetryMs);
    grant(2, LIMITS.leaseMs);
    expect(unwrap(await write("next")).at).toEqual({ epoch: 2, seq: 3 });
  });

  it("does not take up a lease that was on its way", async ({ expect }) => {
    const { world, coordinator, write } = await leased();
    const { promise, resolve } = Promise.withResolvers<void>();
    coordinator.gate = promise;
    const early = write("early");
    expect(unwrap(await world.leader(0).release(1))).toBeNull();
    resolve();
    expect(await early).toMatchObject({ error: { code: "unavailable" } });
  });

  it("is not bothered by a late word about an epoch before its own", async ({ expect }) => {
    const { world, grant, write } = await leased();
    grant(4, LIMITS.leaseMs);
    await write("first");
    expect(unwrap(await world.leader(0).release(3))).toBeNull();
    expect((await write("goes on")).ok).toBe(true);
  });
});
