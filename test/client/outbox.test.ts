import { describe, it } from "vitest";

import type { NewWrite, OutboxItem } from "../../client/outbox/items.ts";
import { Outbox } from "../../client/outbox/outbox.ts";
import { ApiProblem, networkProblem } from "../../client/problem.ts";
import { requests } from "../../client/requests.ts";
import { memoryStore } from "../../client/storage/memory.ts";
import { LIMITS } from "../../core/limits.ts";
import { device } from "./outbox-device.ts";

const problem = (status: number, retryAfterMs: number | null = null) =>
  new ApiProblem({ code: `http_${status}`, status, detail: "No.", retryAfterMs });

const post = (text: string): NewWrite => ({ request: requests.createPost({ text }), about: text });
const like = (from: string | null, to: "like" | "love" | null): NewWrite => ({
  request: requests.react("post", "7", to),
  setting: { name: "reaction:post:7", from, to },
  about: `reaction ${to}`,
});
const settled = () => new Promise((resolve) => setTimeout(resolve, 25));
const states = (outbox: Outbox) =>
  outbox.items.map((item) => `${String(item.about)} ${item.state}`);

describe("with a connection", () => {
  it("sends at once, keeps nothing, and tells the answer", async ({ expect }) => {
    const { world, store, tab } = device();
    const { outbox, ends } = tab();
    const outcome = await outbox.submit(post("hello"));
    expect(outcome).toEqual({ at: "sent", answer: { done: "/v1/posts" } });
    expect([world.sent, await store.entries(), ends]).toEqual([
      ["POST /v1/posts"],
      [],
      ["hello sent"],
    ]);
  });

  it("loses nothing that is written while it reads what is stored", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox } = tab();
    const reading = outbox.kick();
    await new Promise((begun) => setImmediate(begun));
    const outcomes = await Promise.all([outbox.submit(post("one")), outbox.submit(post("two"))]);
    await reading;
    const done = { at: "sent", answer: { done: "/v1/posts" } };
    expect(outcomes).toEqual([done, done]);
    expect(world.keys).toEqual(["key-1", "key-2"]);
  });

  it("keeps a write before it is sent", async ({ expect }) => {
    const { world, store, tab } = device();
    const slow = Promise.withResolvers<unknown>();
    world.script.push(slow.promise);
    const sending = tab().outbox.submit(post("hello"));
    await settled();
    expect(await store.entries()).toMatchObject([[expect.any(String), { state: "sending" }]]);
    slow.resolve(null);
    await sending;
  });

  it("gives up what the server refuses, with the reason, and goes on", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox, ends } = tab();
    world.script.push(problem(422));
    const [first, second] = await Promise.all([
      outbox.submit(post("bad")),
      outbox.submit(post("good")),
    ]);
    expect(first).toEqual({ at: "failed", refusal: { code: "http_422", detail: "No." } });
    expect(second.at).toBe("sent");
    expect([states(outbox), ends]).toEqual([["bad failed"], ["bad failed", "good sent"]]);
    const [failed] = outbox.items;
    await outbox.retry(failed?.id ?? "");
    await settled();
    expect(ends.at(-1)).toBe("bad sent");
  });
});

describe("without a connection", () => {
  it("waits at once, sends in order when it is back, under the first keys", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox, ends } = tab();
    world.online = false;
    for (const text of ["one", "two", "three"])
      expect((await outbox.submit(post(text))).at).toBe("queued");
    expect(world.sent).toEqual([]);
    world.online = true;
    await outbox.kick();
    expect(ends).toEqual(["one sent", "two sent", "three sent"]);
    expect(world.keys).toEqual(["key-1", "key-2", "key-3"]);
  });

  it("survives a reload, also one in the middle of sending", async ({ expect }) => {
    const { world, tab } = device();
    world.script.push(new Promise(() => undefined));
    const before = tab();
    void before.outbox.submit(post("cut off"));
    await settled();
    world.online = false;
    // The runtime frees a lock whose tab is gone; here that is another device's worth of lock.
    const later = reopen(await before.outbox.items, world);
    expect(states(later.outbox)).toEqual([]);
    await later.outbox.start();
    expect(states(later.outbox)).toEqual(["cut off sending"]);
    await later.outbox.kick();
    expect(later.sent).toEqual(["key-1"]);
    expect(states(later.outbox)).toEqual([]);
  });

  it("tries again after growing random waits, and sooner when asked", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox } = tab();
    world.script.push(networkProblem(null), networkProblem(null));
    expect((await outbox.submit(post("hello"))).at).toBe("queued");
    expect(world.timers.map(({ ms }) => ms)).toEqual([1_000]);
    world.nowMs += 1_000;
    world.timers[0]?.run();
    await settled();
    expect(world.timers.map(({ ms }) => ms)).toEqual([1_000, 2_000]);
    await outbox.kick();
    expect(outbox.items).toEqual([]);
    expect(new Set(world.keys).size).toBe(1);
  });

  it("holds back everything behind the first that waits", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox } = tab();
    world.script.push(problem(503, 4_000), problem(503, 4_000));
    await outbox.submit(post("one"));
    // Asks to try at once, which the first does, in vain.
    expect((await outbox.submit(post("two"))).at).toBe("queued");
    expect(world.keys).toEqual(["key-1", "key-1"]);
  });

  it("is bounded", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox } = tab();
    world.online = false;
    const large = "x".repeat(LIMITS.outboxBytesMax / 4);
    expect((await outbox.submit(post(large))).at).toBe("queued");
    expect(await outbox.submit(post(large))).toMatchObject({
      at: "failed",
      refusal: { code: "outbox_full" },
    });
    for (let i = 1; i < LIMITS.outboxItemsMax; i++) await outbox.submit(post("x"));
    expect((await outbox.submit(post("x"))).at).toBe("failed");
  });
});

describe("a setting", () => {
  it("is sent once with its last value, from where it began", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox, ends } = tab();
    world.online = false;
    await outbox.submit(like(null, "like"));
    await outbox.submit(like("like", "love"));
    expect(outbox.items.map((item) => item.setting)).toEqual([
      { name: "reaction:post:7", from: null, to: "love" },
    ]);
    world.online = true;
    await outbox.kick();
    expect(world.sent).toEqual(["PUT /v1/posts/7/reaction"]);
    expect(ends).toEqual(["reaction like replaced", "reaction love sent"]);
  });

  it("that ends as it began is not sent", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox } = tab();
    world.online = false;
    await outbox.submit(like(null, "like"));
    expect(await outbox.submit(like("like", null))).toEqual({ at: "dropped", why: "replaced" });
    expect(outbox.items).toEqual([]);
  });

  it("is sent all the same when the first value may have arrived", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox } = tab();
    world.script.push(networkProblem(null));
    await outbox.submit(like(null, "like"));
    await outbox.submit(like("like", null));
    expect(world.sent).toEqual(["PUT /v1/posts/7/reaction", "DELETE /v1/posts/7/reaction"]);
  });

  it("does not replace one that is being sent", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox } = tab();
    const slow = Promise.withResolvers<unknown>();
    world.script.push(slow.promise);
    const first = outbox.submit(like(null, "like"));
    await settled();
    const second = outbox.submit(like("like", null));
    slow.resolve(null);
    expect([(await first).at, (await second).at]).toEqual(["sent", "sent"]);
    expect(world.sent).toEqual(["PUT /v1/posts/7/reaction", "DELETE /v1/posts/7/reaction"]);
  });
});

describe("taking back", () => {
  it("works until it is being sent", async ({ expect }) => {
    const { world, tab } = device();
    const { outbox, ends } = tab();
    world.online = false;
    await outbox.submit(post("hello"));
    const id = outbox.items[0]?.id ?? "";
    expect((await outbox.cancel(id))?.about).toBe("hello");
    expect([await outbox.cancel(id), ends]).toEqual([null, ["hello cancelled"]]);
    world.online = true;
    const slow = Promise.withResolvers<unknown>();
    world.script.push(slow.promise);
    const sending = outbox.submit(post("too late"));
    await settled();
    expect(await outbox.cancel(outbox.items[0]?.id ?? "")).toBeNull();
    slow.resolve(null);
    expect((await sending).at).toBe("sent");
  });
});

describe("two tabs", () => {
  it("send one at a time, each write once, and both hear of every end", async ({ expect }) => {
    const { world, tab } = device();
    const [a, b] = [tab(), tab()];
    const slow = Promise.withResolvers<unknown>();
    world.script.push(slow.promise);
    const first = a.outbox.submit(post("of a"));
    await settled();
    const second = b.outbox.submit(post("of b"));
    await settled();
    expect(world.sent).toHaveLength(1);
    slow.resolve(null);
    expect([(await first).at, (await second).at]).toEqual(["sent", "sent"]);
    await settled();
    expect(world.sent).toHaveLength(2);
    for (const { ends } of [a, b]) expect(ends).toEqual(["of a sent", "of b sent"]);
    expect(world.tickets.length).toBeGreaterThan(0);
  });

  it("forget together what one of them takes back", async ({ expect }) => {
    const { world, tab } = device();
    const [a, b] = [tab(), tab()];
    world.online = false;
    await a.outbox.submit(post("hello"));
    await settled();
    expect(states(b.outbox)).toEqual(["hello queued"]);
    await b.outbox.cancel(b.outbox.items[0]?.id ?? "");
    await settled();
    expect([a.outbox.items, a.ends]).toEqual([[], ["hello cancelled"]]);
  });
});

/** The same items on a fresh lock, as after a reload: whoever held it is gone. */
function reopen(items: readonly OutboxItem[], world: { online: boolean; nowMs: number }) {
  const store = memoryStore();
  const sent: string[] = [];
  const outbox = new Outbox({
    store: {
      ...store,
      entries: async <T>() =>
        sent.length > 0 ? [] : items.map((item): [string, T] => [item.id, item as T]),
    },
    send: async (_, key) => void sent.push(key),
    alone: (run) => run(),
    channel: { tell: () => undefined, listen: () => undefined },
    later: () => undefined,
    online: () => sent.length > 0 || world.nowMs > 0,
    ticket: () => null,
    acceptTicket: () => undefined,
    nowMs: () => world.nowMs,
    random: () => 0.5,
    newKey: () => "new",
  });
  return { outbox, sent };
}
