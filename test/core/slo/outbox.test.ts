import { describe, it } from "vitest";

import { SLO_LIMITS } from "../../../core/slo/limits.ts";
import { deliveryWaitMs, Outbox } from "../../../core/slo/outbox.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";
import { MemoryOutboxRows } from "../../fakes/memory-outbox-rows.ts";

function world() {
  const clock = new ManualClock(1_000_000);
  const rows = new MemoryOutboxRows();
  const sent: string[] = [];
  const receiver = { says: null as string | null };
  const reported: string[] = [];
  const wake = () =>
    new Outbox({
      clock,
      rows,
      send: async ({ id }) => {
        sent.push(id);
        return receiver.says;
      },
      report: (event) => void reported.push(event),
    });
  return { clock, rows, sent, receiver, reported, wake, outbox: wake() };
}
const message = (id: string) => ({ id, body: `{"id":"${id}"}` });

describe("messages", () => {
  it("go out in order, once each", async ({ expect }) => {
    const { outbox, sent } = world();
    expect(outbox.dueMs).toBeNull();
    for (const id of ["a", "b", "c"]) outbox.add(message(id));
    await outbox.flush();
    await outbox.flush();
    expect(sent).toEqual(["a", "b", "c"]);
    expect(outbox.state).toMatchObject({ waiting: 0, delivered: 3, lastDeliveredMs: 1_000_000 });
    expect(outbox.dueMs).toBeNull();
  });

  it("wait longer after each failure, and hold back those behind", async ({ expect }) => {
    const { outbox, clock, sent, receiver } = world();
    receiver.says = "status 500";
    outbox.add(message("a"));
    outbox.add(message("b"));
    await outbox.flush();
    expect([sent, outbox.dueMs]).toEqual([["a"], 1_000_000 + SLO_LIMITS.deliveryRetryMs]);
    clock.advance(SLO_LIMITS.deliveryRetryMs - 1);
    await outbox.flush();
    expect(sent).toEqual(["a"]);
    clock.advance(1);
    await outbox.flush();
    expect(outbox.dueMs).toBe(clock.nowMs() + 2 * SLO_LIMITS.deliveryRetryMs);
    receiver.says = null;
    clock.advance(2 * SLO_LIMITS.deliveryRetryMs);
    await outbox.flush();
    expect(sent).toEqual(["a", "a", "a", "b"]);
    expect(outbox.state).toMatchObject({
      delivered: 2,
      failures: 2,
      tries: 0,
      lastFailure: { why: "status 500" },
    });
  });

  it("outlast the memory of whoever sends them", async ({ expect }) => {
    const { outbox, wake, clock, sent, receiver } = world();
    receiver.says = "TypeError: no route";
    outbox.add(message("a"));
    await outbox.flush();
    const reborn = wake();
    expect(reborn.dueMs).toBe(1_000_000 + SLO_LIMITS.deliveryRetryMs);
    receiver.says = null;
    clock.advance(SLO_LIMITS.deliveryRetryMs);
    await reborn.flush();
    expect([sent, reborn.state.delivered]).toEqual([["a", "a"], 1]);
  });

  it("are given up after their tries, and the next one has its own", async ({ expect }) => {
    const { outbox, clock, sent, receiver, reported } = world();
    receiver.says = "status 410";
    outbox.add(message("a"));
    outbox.add(message("b"));
    for (let tries = 0; tries < SLO_LIMITS.deliveryTriesMax; tries++) {
      await outbox.flush();
      clock.advance(SLO_LIMITS.deliveryRetryMaxMs);
    }
    expect(sent.filter((id) => id === "a")).toHaveLength(SLO_LIMITS.deliveryTriesMax);
    expect(outbox.state).toMatchObject({ waiting: 1, lost: 1, tries: 0 });
    expect(reported).toContain("alert_message_lost");
    receiver.says = null;
    await outbox.flush();
    expect(sent.at(-1)).toBe("b");
  });

  it("are a bounded number: the oldest goes", async ({ expect }) => {
    const { outbox, sent } = world();
    for (let index = 0; index <= SLO_LIMITS.deliveriesMax; index++)
      outbox.add(message(`m${index}`));
    expect(outbox.state).toMatchObject({ waiting: SLO_LIMITS.deliveriesMax, lost: 1 });
    await outbox.flush();
    expect(sent).toEqual(
      Array.from({ length: SLO_LIMITS.deliveriesPerAlarm }, (_, at) => `m${at + 1}`),
    );
    expect(outbox.dueMs).not.toBeNull();
  });

  it("that are too large are not kept", ({ expect }) => {
    const { outbox, reported } = world();
    outbox.add({ id: "a", body: "x".repeat(SLO_LIMITS.deliveryCharsMax + 1) });
    expect(outbox.state).toMatchObject({ waiting: 0, lost: 1 });
    expect(reported).toEqual(["alert_message_too_large"]);
  });

  it("are sent by one flush at a time", async ({ expect }) => {
    const { outbox, sent } = world();
    outbox.add(message("a"));
    await Promise.all([outbox.flush(), outbox.flush()]);
    expect(sent).toEqual(["a"]);
  });
});

it("waits half an hour at most, five hours in all", ({ expect }) => {
  const waits = Array.from({ length: SLO_LIMITS.deliveryTriesMax - 1 }, (_, at) =>
    deliveryWaitMs(at + 1),
  );
  expect([waits[0], waits[1], waits.at(-1)]).toEqual([10_000, 20_000, 1_800_000]);
  const hours = waits.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
  expect(hours).toBeGreaterThan(5);
  expect(hours).toBeLessThan(6);
});
