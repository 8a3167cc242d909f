import fc from "fast-check";
import { describe, it } from "vitest";

import { anything, befriending, Walk } from "../../fakes/feed-walk.ts";
import { FeedWorld } from "../../fakes/feed-world.ts";
import { GraphWorld } from "../../fakes/graph-world.ts";

const SHARDS = 4;

/** The same product over leaders, followers and the client that routes between them. */
async function protocolWorld() {
  const graph = await GraphWorld.create(SHARDS);
  const world = new FeedWorld((self) => {
    graph.clock.advance(self.nowMs - graph.clock.nowMs());
    return graph.tao();
  });
  world.nowMs = graph.clock.nowMs();
  return { graph, walk: new Walk(world) };
}

describe("feed over the real protocol", () => {
  it("shows everybody what it shows over the model, once all messages have arrived", async ({
    expect,
  }) => {
    const histories = fc.record({
      acts: fc.array(anything, { minLength: 5, maxLength: 40 }),
      bonds: fc.array(befriending, { maxLength: 4 }),
      limit: fc.integer({ min: 1, max: 5 }),
    });
    let items = 0;
    await fc.assert(
      fc.asyncProperty(histories, async ({ acts, bonds, limit }) => {
        let cursor: string | undefined;
        const { graph, walk: real } = await protocolWorld();
        const model = new Walk();
        model.world.nowMs = real.world.nowMs;
        // In step: what one decides may depend on messages that the other has had.
        await model.start([], []);
        await real.start([], []);
        const steps = bonds.map((bond) => ({ act: "relate", on: true, ...bond }) as const);
        for (const act of [...steps, ...acts]) {
          await model.do(act);
          await real.do(act);
          await graph.idle();
          await graph.ringAlarms();
          // Both page on while things happen; the cursors are equal too.
          const request = { limit, cursor };
          const page = await model.world.home(model.viewer, request);
          const really = await real.world.home(real.viewer, request);
          expect({ ...really, calls: 0 }).toEqual({ ...page, calls: 0 });
          cursor = page.cursor ?? undefined;
        }
        expect(real.people).toEqual(model.people);
        for (const viewer of model.people) {
          const expected = { ...(await model.world.home(viewer, { limit: 50 })), calls: 0 };
          expect({ ...(await real.world.home(viewer, { limit: 50 })), calls: 0 }).toEqual(expected);
          items += expected.items.length;
          for (const user of model.people) {
            const shown = await model.world.profileFeed(viewer, user).catch(String);
            const really = await real.world.profileFeed(viewer, user).catch(String);
            expect(ofPage(really)).toEqual(ofPage(shown));
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(items).toBeGreaterThan(200);
  });
});

const ofPage = (page: string | { readonly items: readonly unknown[] }) =>
  typeof page === "string" ? page : page.items;
