import { describe, it } from "vitest";

import { ASSOC } from "../../core/tao/registry.ts";
import { checkAcknowledged } from "../../sim/checkers/acknowledged.ts";
import { checkConvergence } from "../../sim/checkers/convergence.ts";
import { checkLog } from "../../sim/checkers/log.ts";
import { checkOperations } from "../../sim/checkers/operations.ts";
import { checkPreconditions } from "../../sim/checkers/preconditions.ts";
import { checkStaleness } from "../../sim/checkers/staleness.ts";
import { checkSymmetry } from "../../sim/checkers/symmetry.ts";
import { checkValues } from "../../sim/checkers/values.ts";
import type { Assoc } from "../../core/tao/types.ts";
import type { Observation } from "../../sim/history.ts";
import * as made from "./histories.ts";

const { ANN, at, BEN, CAM, commitsOf, edge, found, LIST, object, read, sawObject, TTL_MS, write } =
  made;

/** ANN is a, then b (seconds 1 and 2); BEN is x (second 3). */
const commits = commitsOf([object(ANN, "a"), object(ANN, "b"), object(BEN, "x")]);
const stored = (data: string | null, seq: number) => [
  {
    shard: 0,
    objects: [
      { id: ANN, otype: 1, data, version: at(seq) },
      { id: BEN, otype: 1, data: "x", version: at(3) },
    ],
    assocs: [],
    lists: [],
  },
];

describe("G1", () => {
  it("wants every acknowledged change in the log", ({ expect }) => {
    expect(found(checkAcknowledged, { shards: commits, events: [write(5_000, 3)] })).toBe(0);
    expect(found(checkAcknowledged, { shards: commits, events: [write(5_000, 4)] })).toBe(1);
  });

  it("wants the store to hold what the log says", ({ expect }) => {
    expect(found(checkAcknowledged, { shards: commits, stored: stored("b", 2) })).toBe(0);
    expect(found(checkAcknowledged, { shards: commits, stored: stored("a", 1) })).toBe(1);
    expect(found(checkAcknowledged, { shards: commits, stored: stored(null, 2) })).toBe(1);
  });
});

describe("G2", () => {
  it("wants seqs without holes or repeats", ({ expect }) => {
    expect(found(checkLog, { shards: commits })).toBe(0);
    expect(found(checkLog, { shards: commits.slice(0, 1).concat(commits.slice(2)) })).toBe(1);
    expect(found(checkLog, { shards: [...commits, ...commits.slice(2)] })).toBeGreaterThan(0);
  });

  it("wants standbys to store nothing that does not follow", ({ expect }) => {
    expect(found(checkLog, { shards: commits, misfits: ["2 after 3"] })).toBe(1);
  });

  it("wants each entry to name the version before", ({ expect }) => {
    const [first, second] = commitsOf([object(ANN, "a"), object(BEN, "x")]);
    const wrong = commitsOf([object(ANN, "a"), object(ANN, "b")]).slice(1);
    expect(found(checkLog, { shards: [first, second].flatMap((one) => one ?? []) })).toBe(0);
    const onTop = wrong.map((one) => ({ ...one, shard: 1 }));
    expect(found(checkLog, { shards: onTop })).toBeGreaterThan(0);
  });
});

describe("G5", () => {
  it("flags an answer past the TTL, from the millisecond on", ({ expect }) => {
    const asked = (atMs: number) => [read(atMs, sawObject(ANN, "a"))];
    expect(found(checkStaleness, { shards: commits, events: asked(1_999 + TTL_MS) })).toBe(0);
    expect(found(checkStaleness, { shards: commits, events: asked(2_000 + TTL_MS) })).toBe(1);
  });

  it("lets no leader answer behind an acknowledged write of anybody", ({ expect }) => {
    const events = (seen: string) => [
      write(2_000, 2, { client: "ben" }),
      read(2_500, sawObject(ANN, seen), { consistency: "leader" }),
    ];
    expect(found(checkStaleness, { shards: commits, events: events("b") })).toBe(0);
    expect(found(checkStaleness, { shards: commits, events: events("a") })).toBe(1);
  });
});

describe("G6", () => {
  it("flags a follower that is not at the last state", ({ expect }) => {
    const finals = (observation: Observation) => [
      { follower: "f", seen: [{ shard: 0, observation }] },
    ];
    expect(
      found(checkConvergence, {
        shards: commits,
        finals: finals(sawObject(ANN, "b", made.position(2))),
      }),
    ).toBe(0);
    expect(
      found(checkConvergence, {
        shards: commits,
        finals: finals(sawObject(ANN, "a", made.position(1))),
      }),
    ).toBe(1);
    expect(found(checkConvergence, { shards: commits, finals: finals(sawObject(CAM, null)) })).toBe(
      0,
    );
    expect(found(checkConvergence, { shards: commits, finals: finals(sawObject(BEN, null)) })).toBe(
      1,
    );
  });

  it("judges what was said in a lull by what had been written then", ({ expect }) => {
    const said = (atMs: number) => ({
      shards: commits,
      finals: [{ follower: "f", atMs, seen: [{ shard: 0, observation: sawObject(ANN, "a") }] }],
    });
    expect(found(checkConvergence, said(1_500))).toBe(0);
    expect(found(checkConvergence, said(2_500))).toBe(1);
  });

  it("flags who stays behind the log, whatever it says", ({ expect }) => {
    const laggards = [{ follower: "f", applied: at(2), head: at(3) }];
    expect(found(checkConvergence, { shards: commits, laggards })).toBe(1);
  });

  it("flags who keeps less than it has told its leader", ({ expect }) => {
    const brokenWords = [{ follower: "f", applied: at(2), head: at(3) }];
    expect(found(checkConvergence, { shards: commits, brokenWords })).toBe(1);
  });
});

describe("G7", () => {
  const half: Assoc = {
    id1: ANN,
    atype: ASSOC.follows,
    id2: BEN,
    timeMs: 5,
    data: "",
    version: at(1),
  };
  const other: Assoc = { ...half, id1: BEN, atype: ASSOC.followedBy, id2: ANN };
  const lists = [half, other].map(({ id1, atype }) => ({ id1, atype, count: 1, version: at(1) }));
  const kept = (assocs: readonly Assoc[], rows = lists) => [
    { shard: 0, objects: [], assocs, lists: rows },
  ];

  it("wants both halves, alike", ({ expect }) => {
    expect(found(checkSymmetry, { stored: kept([half, other]) })).toBe(0);
    expect(found(checkSymmetry, { stored: kept([half], lists.slice(0, 1)) })).toBe(1);
    expect(found(checkSymmetry, { stored: kept([half, { ...other, timeMs: 6 }]) })).toBe(2);
  });

  it("wants them in each lull too", ({ expect }) => {
    const whole = kept([half, other]);
    const lulls = [whole, kept([half], lists.slice(0, 1))];
    expect(found(checkSymmetry, { stored: whole, storedInLulls: lulls })).toBe(1);
  });

  it("wants counts to be lengths", ({ expect }) => {
    const wrong = lists.map((row) => ({ ...row, count: 2 }));
    expect(found(checkSymmetry, { stored: kept([half, other], wrong) })).toBe(2);
  });
});

describe("G8", () => {
  it("flags what was never true, or not yet", ({ expect }) => {
    const seeing = (atMs: number, observation: Observation) => ({
      shards: commits,
      events: [read(atMs, observation)],
    });
    expect(found(checkValues, seeing(2_500, sawObject(ANN, "a")))).toBe(0);
    expect(found(checkValues, seeing(2_500, sawObject(ANN, "z")))).toBe(1);
    expect(found(checkValues, seeing(1_500, sawObject(ANN, "b")))).toBe(1);
    expect(found(checkValues, seeing(2_500, sawObject(ANN, "a", made.position(2))))).toBe(1);
  });

  it("flags what was deleted and is written again", ({ expect }) => {
    const gone = [object(ANN, "a"), object(ANN, null)];
    expect(found(checkValues, { shards: commitsOf(gone) })).toBe(0);
    expect(found(checkValues, { shards: commitsOf([...gone, object(ANN, "b")]) })).toBe(1);
  });

  it("flags pages and counts that no state of the list explains", ({ expect }) => {
    // [BEN], [CAM BEN], [CAM]
    const log = commitsOf([edge(BEN, 1, 10), edge(CAM, 2, 20), edge(BEN, 1, 10, null)]);
    const [ben, cam] = [BEN, CAM].map((id2, index) => ({
      id2,
      timeMs: index === 0 ? 10 : 20,
      data: "",
      version: null,
    }));
    const page = (
      edges: readonly (typeof ben)[],
      downTo: { timeMs: number; id2: typeof BEN } | null,
    ) =>
      found(checkValues, {
        shards: log,
        events: [
          read(5_000, {
            of: "newest",
            key: LIST,
            edges: edges.flatMap((one) => one ?? []),
            after: null,
            downTo,
          }),
        ],
      });
    expect(page([cam, ben], null)).toBe(0);
    expect(page([cam], { timeMs: 20, id2: CAM })).toBe(0);
    expect(page([ben, cam], null)).toBe(1);
    expect(page([ben], { timeMs: 10, id2: BEN })).toBe(0);
    expect(page([ben], { timeMs: 5, id2: BEN })).toBe(0);
    expect(page([cam], { timeMs: 10, id2: BEN })).toBe(0);
    expect(page([ben, ben], { timeMs: 10, id2: BEN })).toBe(1);
    const count = (n: number) =>
      found(checkValues, {
        shards: log,
        events: [read(5_000, { of: "count", key: LIST, count: n })],
      });
    expect([0, 1, 2, 3].map(count)).toEqual([0, 0, 0, 1]);
  });
});

describe("operations", () => {
  const logged = (opIds: readonly string[]) =>
    commitsOf([object(ANN, "a"), object(ANN, "b")], opIds);

  it("flags an opId that took effect twice", ({ expect }) => {
    expect(found(checkOperations, { shards: logged(["one", "two"]) })).toBe(0);
    expect(found(checkOperations, { shards: logged(["one", "one"]) })).toBe(1);
  });

  it("flags two answers to one opId, and a refused one that took effect", ({ expect }) => {
    const first = write(1_000, 1, { opId: "one" });
    const events = [first, write(1_500, 2, { opId: "one" })];
    expect(found(checkOperations, { events: [first, first] })).toBe(0);
    expect(found(checkOperations, { events })).toBe(1);
    const refused = write(900, 1, { opId: "one", response: null, refused: true });
    expect(found(checkOperations, { shards: logged(["one"]), events: [refused] })).toBe(1);
  });

  it("flags a write over another version than it asked for", ({ expect }) => {
    const update = (seq: number) => [
      write(2_000, 2, {
        writes: [{ op: "objUpdate", id: ANN, patch: "{}", ifVersion: at(seq) }],
      }),
    ];
    expect(found(checkPreconditions, { shards: commits, events: update(1) })).toBe(0);
    expect(found(checkPreconditions, { shards: commits, events: update(9) })).toBe(1);
  });
});
