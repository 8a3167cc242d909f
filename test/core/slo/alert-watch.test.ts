import { describe, it } from "vitest";

import { pinned, started } from "../../../core/degradation/controller.ts";
import { AlertWatch } from "../../../core/slo/alert-watch.ts";
import type { RegionView } from "../../../core/slo/alerts.ts";
import { SLO_LIMITS } from "../../../core/slo/limits.ts";
import { Outbox } from "../../../core/slo/outbox.ts";
import { viewOf } from "../../fakes/alert-world.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";
import { MemoryAlertRows } from "../../fakes/memory-alert-rows.ts";
import { MemoryOutboxRows } from "../../fakes/memory-outbox-rows.ts";

const MINUTE_MS = 60_000;
const DRILL = { level: 3, reason: "drill", by: "ann", minutes: 700, revision: 1 } as const;
const PIN = pinned(started(0), DRILL, 0);
const PINNED = viewOf({}, { published: (PIN.ok ? PIN.value.next : started(0)).published });
const BUSY = viewOf({}, { servedForOthers: 30 });
const CALM = viewOf();

function world() {
  const clock = new ManualClock(60 * MINUTE_MS);
  const rows = new MemoryAlertRows();
  const outboxRows = new MemoryOutboxRows();
  const seen = { view: CALM as RegionView };
  const wakes: number[] = [];
  const sent: string[] = [];
  const wake = () => {
    const send = async ({ id }: { readonly id: string }) => {
      sent.push(id);
      return null;
    };
    const outbox = new Outbox({ clock, rows: outboxRows, send, report: () => {} });
    return new AlertWatch("apac", {
      clock,
      rows: rows.rows,
      view: () => seen.view,
      webhook: { at: "on", outbox, runbookBase: null },
      wakeAt: (atMs) => void wakes.push(atMs - clock.nowMs()),
      report: () => {},
    });
  };
  const watch = { now: wake() };
  const status = (id: string) => watch.now.read().alerts.find((alert) => alert.id === id)?.status;
  const pass = (minutes: number) => {
    for (let passed = 0; passed < minutes; passed++) {
      clock.advance(MINUTE_MS);
      watch.now.look();
    }
  };
  const lose = () => {
    watch.now = wake();
  };
  return { clock, rows, seen, wakes, sent, watch, status, pass, lose };
}

describe("a region's alerts", () => {
  it("write nothing and wake nobody while all is quiet", ({ expect }) => {
    const { pass, rows, wakes } = world();
    pass(200);
    expect([rows.saves, rows.lines, wakes]).toEqual([0, [], []]);
  });

  it("are looked at once in a minute of the clock, however often somebody asks", ({ expect }) => {
    const { clock, watch, seen, status } = world();
    watch.now.look();
    seen.view = BUSY;
    clock.advance(MINUTE_MS - 1);
    watch.now.look();
    expect(status("region-unreachable")).toBe("ok");
    clock.advance(1);
    watch.now.look();
    expect(status("region-unreachable")).toBe("firing");
  });

  it("are told of at once, and somebody is woken each minute until they end", async ({
    expect,
  }) => {
    const { seen, pass, wakes, watch, sent, rows } = world();
    seen.view = BUSY;
    pass(1);
    expect(wakes).toEqual([SLO_LIMITS.alertLookMs, 0]);
    await watch.now.wake();
    expect(sent.map((id) => id.replace(/\d+/, "at"))).toEqual([
      "apac.region-unreachable.at.firing",
    ]);
    seen.view = CALM;
    pass(7);
    await watch.now.wake();
    expect(sent).toHaveLength(2);
    wakes.length = 0;
    pass(1);
    expect(wakes).toEqual([]);
    expect(rows.lines.map(({ event, by }) => [event, by])).toEqual([
      ["firing", "controller"],
      ["resolved", "controller"],
    ]);
  });

  it("go on after the loss of memory: what fires, what waits to, what is acknowledged", ({
    expect,
  }) => {
    const { seen, pass, lose, status, watch, wakes } = world();
    seen.view = { ...PINNED, servedForOthers: 30 };
    pass(6);
    const made = watch.now.acknowledge("region-unreachable", {
      by: "ann",
      reason: "known",
      revision: 1,
    });
    expect(made.ok).toBe(true);
    wakes.length = 0;
    lose();
    // Nobody else would: the alarm that was set before may have been another's.
    expect(wakes).toContain(SLO_LIMITS.alertLookMs);
    expect(status("level-degraded")).toBe("ok");
    pass(5);
    expect(status("level-degraded")).toBe("firing");
    const alert = watch.now.read().alerts.find(({ id }) => id === "region-unreachable");
    expect(alert).toMatchObject({ status: "firing", acknowledged: { by: "ann" } });
    pass(4 * 60);
    expect(status("level-pinned")).toBe("firing");
  });

  it("forget a cause that went before it lasted, over the loss of memory too", ({ expect }) => {
    const { seen, pass, lose, status } = world();
    seen.view = PINNED;
    pass(6);
    seen.view = CALM;
    pass(1);
    lose();
    seen.view = PINNED;
    pass(9);
    expect(status("level-degraded")).toBe("ok");
    pass(3);
    expect(status("level-degraded")).toBe("firing");
  });
});
