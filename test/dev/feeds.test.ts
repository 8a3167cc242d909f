import fc from "fast-check";
import { describe, it } from "vitest";

import { act } from "../../dev/feeds/act.ts";
import { comparePage, compareRanked, staleIn } from "../../dev/feeds/compare.ts";
import { Downtime } from "../../dev/feeds/downtime.ts";
import { Findings } from "../../dev/feeds/findings.ts";
import { Lags } from "../../dev/feeds/lags.ts";
import { Locks } from "../../dev/feeds/locks.ts";
import { Model } from "../../dev/feeds/model.ts";
import { FEED_MUTANTS } from "../../dev/feeds/mutants.ts";
import { Operations, OPERATION_KINDS } from "../../dev/feeds/operations.ts";
import { homeOf, pagesOf, RULES } from "../../dev/feeds/oracle.ts";
import { Revocations } from "../../dev/feeds/revocations.ts";
import { Watch } from "../../dev/feeds/watch.ts";
import { editedBundle } from "../../dev/histories/mutant-bundle.ts";
import { SeededRandom } from "../../sim/random.ts";
import { FeedWorld } from "../fakes/feed-world.ts";
import { memoryWriter } from "../fakes/memory-writer.ts";

const PEOPLE = 8;
const PAGES_MAX = 200;

/** Operations as the command draws them, done by the use-cases over the graph in memory. */
async function acted(seed: number, operations: number) {
  const world = new FeedWorld();
  const model = new Model();
  const random = new SeededRandom(seed);
  for (let n = 0; n < PEOPLE; n++) {
    model.apply({ kind: "joined", user: await world.user(`person_${n}`) });
  }
  const drawing = new Operations(model, random);
  const done = new Set<string>();
  for (let n = 0; n < operations; n++) {
    const operation = drawing.draw();
    const result = await act(memoryWriter(world, operation.by), operation, model);
    if (!result.ok) throw new Error(`${JSON.stringify(operation)}: ${result.refusal.detail}`);
    done.add(operation.kind);
    for (const change of result.changes) model.apply(change);
  }
  return { world, model, done };
}

describe("the model and its oracle", () => {
  it("say what the product's own rules say, page by page", async ({ expect }) => {
    const done = new Set<string>();
    const removed = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 5, max: 40 }), async (seed, limit) => {
        const { world, model, done: kinds } = await acted(seed, 150);
        for (const kind of kinds) done.add(kind);
        for (const viewer of model.users) {
          const home = homeOf(model, viewer);
          const { pages, duplicates } = pagesOf(home.rows, limit);
          for (const rule of RULES) if (home.removed[rule] > 0) removed.add(rule);
          if (duplicates > 0) removed.add("duplicate");
          const all = [];
          let cursor: string | undefined;
          for (let place = 0; place < PAGES_MAX; place++) {
            const page = await world.home(viewer, { limit, cursor });
            expect(comparePage(model, viewer, pages[place] ?? [], page.items)).toEqual([]);
            for (const [index, row] of (pages[place] ?? []).entries()) {
              const item = page.items[index];
              expect(item && staleIn(model, viewer, row, item)).toBe(null);
            }
            all.push(...page.items);
            cursor = page.cursor ?? undefined;
            if (cursor === undefined) break;
          }
          expect(compareRanked(home.rows, all)).toEqual([]);
        }
      }),
      { numRuns: 25 },
    );
    expect([...done].toSorted()).toEqual(OPERATION_KINDS.toSorted());
    expect([...removed].toSorted()).toEqual([...RULES].toSorted());
  });
});

describe("a comparison", () => {
  it("tells a hole, a repeat, one too many and a wrong order apart", async ({ expect }) => {
    const { world, model } = await acted(3, 200);
    const viewer = model.users[0] ?? "";
    const [expected = []] = pagesOf(homeOf(model, viewer).rows, 20).pages;
    const { items } = await world.home(viewer, { limit: 20 });
    const [first, second, ...rest] = items;
    if (first === undefined || second === undefined) throw new Error("a feed of two at least");
    const kinds = (found: typeof items) =>
      comparePage(model, viewer, expected, found).map(({ kind }) => kind);
    expect(kinds(items)).toEqual([]);
    expect(kinds([second, ...rest])).toEqual(["hole"]);
    expect(kinds([first, first, second, ...rest])).toEqual(["repeat"]);
    expect(kinds([second, first, ...rest])).toEqual(["wrong order"]);
    expect(kinds([{ ...first, id: "1" }, second, ...rest])).toEqual(["hole", "one too many"]);
    expect(kinds([{ ...first, createdAtMs: 1 }, second, ...rest])).toEqual(["wrong content"]);
  });
});

describe("a watch", () => {
  const people = ["1", "2"];
  function watched(boundMs: number) {
    const model = new Model();
    for (const user of people) model.apply({ kind: "joined", user });
    model.apply({ kind: "bond", bond: "follow", from: "1", to: "2", on: true });
    model.apply({ kind: "posted", post: "9", author: "2", timeMs: 5, audience: "public" });
    const ports = {
      model,
      locks: new Locks(),
      revocations: new Revocations(),
      downtime: new Downtime(),
      findings: new Findings(),
      late: new Lags(),
      boundMs,
    };
    const watch = new Watch(ports);
    const see = (askedMs: number) =>
      watch.see({
        viewer: "1",
        layer: "feed",
        surface: "home",
        askedMs,
        posts: [{ id: "9", author: { id: "2" } }],
      });
    return { ...ports, watch, see };
  }

  it("lets something be served until the bound after its revocation", ({ expect }) => {
    const { model, revocations, findings, late, see } = watched(100);
    see(900);
    const gone = { kind: "deleted", post: "9" } as const;
    revocations.note(gone, 1_000);
    model.apply(gone);
    see(1_100);
    expect([findings.total, late.rows()[0]?.max]).toEqual([0, 100]);
    see(1_101);
    expect(findings.told.map(({ kind }) => kind)).toEqual(["leak"]);
  });

  it("does not count the time in which the product was away", ({ expect }) => {
    const { model, revocations, downtime, findings, see } = watched(100);
    const gone = { kind: "deleted", post: "9" } as const;
    revocations.note(gone, 1_000);
    model.apply(gone);
    downtime.begin(1_050);
    downtime.end(3_000);
    see(3_050);
    expect(findings.total).toBe(0);
    see(3_051);
    expect(findings.total).toBe(1);
  });

  it("decides nothing while one of them is doing something", ({ expect }) => {
    const { watch, locks, see } = watched(100);
    locks.take(["2"]);
    see(1_000);
    locks.free(["2"], 1_200);
    see(1_200);
    expect([watch.judged, watch.undecided]).toEqual([0, 2]);
    see(1_201);
    expect([watch.judged, watch.undecided]).toEqual([1, 2]);
  });

  it("takes what never was for the viewer for a leak at once", ({ expect }) => {
    const { model, findings, see } = watched(1_000);
    model.apply({ kind: "audience", post: "9", audience: "friends" });
    see(1_000);
    expect(findings.total).toBe(1);
  });
});

it.for(FEED_MUTANTS)("the mistake '$name' fits the source", async ({ edits }, { expect }) => {
  expect(await editedBundle("durable-objects/index.ts", edits)).not.toBe("");
});
