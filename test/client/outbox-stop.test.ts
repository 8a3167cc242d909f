import { describe, it } from "vitest";

import { networkProblem } from "../../client/problem.ts";
import { type OutboxItem, type NewWrite } from "../../client/outbox/items.ts";
import { requests } from "../../client/requests.ts";
import { device } from "./outbox-device.ts";

const post = (text: string): NewWrite => ({ request: requests.createPost({ text }), about: text });
const settled = () => new Promise((resolve) => setTimeout(resolve, 25));

/** A device on which "one" is being sent and "two" waits behind it. */
async function sending({ deaf = false } = {}) {
  const { world, store, tab } = device();
  world.deaf = deaf;
  const answer = Promise.withResolvers<unknown>();
  world.script.push(answer.promise);
  const { outbox, ends } = tab();
  const outcomes = [outbox.submit(post("one")), outbox.submit(post("two"))];
  await settled();
  const stored = async () =>
    (await store.entries<OutboxItem>()).map(([, { about, state }]) => `${String(about)} ${state}`);
  return { world, tab, outbox, ends, outcomes, stored, answer };
}

describe("an outbox that is stopped", () => {
  it("gives up what it sends, and keeps everything for when they are back", async ({ expect }) => {
    const { world, tab, outbox, ends, outcomes, stored } = await sending();
    const shown: number[] = [];
    outbox.subscribe(() => void shown.push(outbox.items.length));
    const toldBefore = world.told;
    await outbox.stop();
    expect(await Promise.all(outcomes)).toMatchObject([{ at: "queued" }, { at: "queued" }]);
    await outbox.kick();
    await settled();
    expect([world.sent.length, world.timers, ends, shown]).toEqual([1, [], [], []]);
    expect(world.told).toBe(toldBefore);
    expect(await stored()).toEqual(["one sending", "two queued"]);
    expect((await outbox.submit(post("late"))).at).toBe("failed");
    expect(await outbox.cancel(outbox.items[1]?.id ?? "")).toBeNull();
    expect(await stored()).toHaveLength(2);

    const back = tab();
    await back.outbox.start();
    await settled();
    expect(back.ends).toEqual(["one sent", "two sent"]);
    expect(world.keys).toEqual(["key-1", "key-1", "key-2"]);
    expect(await stored()).toEqual([]);
  });

  it("keeps what was written in the same moment", async ({ expect }) => {
    const { store, tab } = device();
    const { outbox } = tab();
    const outcome = outbox.submit(post("last word"));
    await outbox.stop();
    expect((await outcome).at).toBe("queued");
    expect(await store.entries()).toHaveLength(1);
  });

  it("loses neither of two when the second replaces the first in that moment", async ({
    expect,
  }) => {
    const { world, store, tab } = device();
    const { outbox } = tab();
    world.online = false;
    const like = (from: string | null, to: "like" | "love"): NewWrite => ({
      request: requests.react("post", "7", to),
      setting: { name: "reaction:post:7", from, to },
      about: to,
    });
    await outbox.submit(like(null, "like"));
    void outbox.submit(like("like", "love"));
    await outbox.stop();
    expect(await store.entries()).toMatchObject([[expect.any(String), { about: "love" }]]);
  });

  it("does not send again what was done all the same, and tells nobody", async ({ expect }) => {
    const { world, outbox, ends, stored, answer } = await sending({ deaf: true });
    const stopped = outbox.stop();
    const toldBefore = world.told;
    answer.resolve({ done: true });
    await stopped;
    expect(await stored()).toEqual(["two queued"]);
    expect([world.sent.length, ends, world.told]).toEqual([1, [], toldBefore]);
  });

  it("writes no late failure down", async ({ expect }) => {
    const { outbox, ends, stored, answer, world } = await sending({ deaf: true });
    const stopped = outbox.stop();
    answer.reject(networkProblem(null));
    await stopped;
    expect(await stored()).toEqual(["one sending", "two queued"]);
    expect([world.timers, ends]).toEqual([[], []]);
  });

  it("does not wait for its turn", async ({ expect }) => {
    const { tab, outbox, answer } = await sending();
    const behind = tab();
    const outcome = behind.outbox.submit(post("three"));
    await settled();
    const stopped = behind.outbox.stop();
    answer.resolve(null);
    await stopped;
    expect((await outcome).at).toBe("queued");
    await settled();
    expect(behind.ends).toEqual([]);
    // The other tab's outbox goes on with all that is stored.
    await outbox.kick();
    expect(outbox.items).toEqual([]);
  });
});

describe("signing out", () => {
  it("leaves nothing, and nothing comes back", async ({ expect }) => {
    const { world, outbox, outcomes, stored, tab } = await sending();
    await outbox.clear();
    expect(await Promise.all(outcomes)).toEqual([
      { at: "dropped", why: "cancelled" },
      { at: "dropped", why: "cancelled" },
    ]);
    await settled();
    expect(await stored()).toEqual([]);
    const next = tab();
    await next.outbox.start();
    await settled();
    expect([world.sent.length, next.ends]).toEqual([1, []]);
  });

  it("stops the tab that sends, too", async ({ expect }) => {
    const { world, outbox, outcomes, stored, tab } = await sending();
    await tab().outbox.clear();
    expect(await Promise.all(outcomes)).toEqual([
      { at: "dropped", why: "cancelled" },
      { at: "dropped", why: "cancelled" },
    ]);
    await outbox.kick();
    expect([await stored(), world.sent.length]).toEqual([[], 1]);
  });

  it("takes back what another tab wrote down before it heard", async ({ expect }) => {
    const { world, outbox, stored, tab, answer } = await sending({ deaf: true });
    world.wordMs = 10;
    const cleared = tab().outbox.clear();
    await new Promise((forgotten) => setTimeout(forgotten, 2));
    answer.reject(networkProblem(null));
    await cleared;
    await settled();
    expect(await stored()).toEqual([]);
    await outbox.kick();
    expect([await stored(), world.sent.length]).toEqual([[], 1]);
  });
});
