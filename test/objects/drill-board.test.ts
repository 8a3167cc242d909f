import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { it, vi } from "vitest";

import { newFaultSchema } from "../../core/chaos/fault.ts";
import { DrillBoard } from "../../durable-objects/drill-board.ts";

const wanted = (revision: number) =>
  newFaultSchema.parse({
    dependency: "ranker",
    kind: "latency",
    ms: 200,
    minutes: 1,
    reason: "to see",
    revision,
  });

it("keeps what goes on over an eviction, and forgets what is over", async ({ expect }) => {
  // Any object will do for the storage.
  await runInDurableObject(
    env.CONTROLLER.getByName("region-controller:drills"),
    async (_, state) => {
      let nowMs = 1_000_000;
      const wake = () => new DrillBoard(state, env, { nowMs: () => nowMs });
      const started = await wake().start(wanted(0), "ann");
      expect(started).toMatchObject({ ok: true, value: { revision: 1 } });
      expect(await wake().active()).toMatchObject([{ dependency: "ranker", by: "ann" }]);
      expect(await wake().start(wanted(0), "bob")).toMatchObject({
        ok: false,
        error: { code: "conflict", revision: 1 },
      });

      nowMs += 60_000;
      expect(await wake().active()).toEqual([]);
      expect(await wake().list()).toMatchObject({
        revision: 2,
        active: [],
        audit: [{ what: "expired" }, { what: "started" }],
      });
    },
  );
});

it("stops one, and all", async ({ expect }) => {
  await runInDurableObject(
    env.CONTROLLER.getByName("region-controller:stops"),
    async (_, state) => {
      const board = new DrillBoard(state, env);
      await board.start(wanted(0), "ann");
      await board.start(wanted(1), "ann");
      const [first] = await board.active();
      const one = await board.stop(first?.id ?? "", "seen", "bob");
      expect(one).toMatchObject({
        ok: true,
        value: { active: [{}], audit: [{ by: "bob" }, {}, {}] },
      });
      expect(await board.stopAll("seen", "bob")).toMatchObject({ ok: true, value: { active: [] } });
      expect(await board.active()).toEqual([]);
    },
  );
});

it("reports each drill that one stop ends", async ({ expect }) => {
  await runInDurableObject(
    env.CONTROLLER.getByName("region-controller:two-drills"),
    async (_, state) => {
      const board = new DrillBoard(state, env, { nowMs: () => 1_000_000 });
      await board.start(wanted(0), "ann");
      await board.start(wanted(1), "ann");
      const said = vi.spyOn(console, "warn").mockReturnValue(undefined);
      await board.stopAll("enough", "bob");
      const events = said.mock.calls.map(([event]: unknown[]) => event);
      said.mockRestore();
      const ended = { event: "drill_changed", fault: "ranker latency stopped", by: "bob" };
      expect(events).toEqual([expect.objectContaining(ended), expect.objectContaining(ended)]);
    },
  );
});
