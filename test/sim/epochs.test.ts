import { describe, it } from "vitest";

import { checkAcknowledged } from "../../sim/checkers/acknowledged.ts";
import { checkConvergence } from "../../sim/checkers/convergence.ts";
import { checkLeadership } from "../../sim/checkers/leadership.ts";
import { checkLog } from "../../sim/checkers/log.ts";
import { checkOperations } from "../../sim/checkers/operations.ts";
import { checkSessions } from "../../sim/checkers/sessions.ts";
import { checkStaleness } from "../../sim/checkers/staleness.ts";
import { checkValues } from "../../sim/checkers/values.ts";
import type { Act } from "../../sim/history.ts";
import * as made from "./histories.ts";

const { ANN, at, commit, epoch, found, object, position, read, sawObject, TTL_MS, write } = made;

const PROMOTED_MS = 10_000;
const name = (data: string) => object(ANN, data);
const inOld = { store: "old" };
/** ANN is a, b and c (seconds 1 to 3) in epoch 1; the standby, promoted at second 10, ends at a. */
const old = [
  commit(name("a"), at(1), null, 1_000, inOld),
  commit(name("b"), at(2), at(1), 2_000, { ...inOld, opId: "b" }),
  commit(name("c"), at(3), at(2), 3_000, inOld),
];
const promotion = epoch(2, at(1), PROMOTED_MS, "new");
/** Then d takes seq 2 again. */
const later = commit(name("d"), at(2, 2), at(1), 11_000, { store: "new", opId: "d" });
const shards = [...old, promotion, later];
const listed = [2, 3].map((seq) => ({ shard: 0, at: position(seq) }));

describe("a lost suffix", () => {
  it("must be listed as far as it was acknowledged", ({ expect }) => {
    const events = [write(2_000, 2)];
    expect(found(checkAcknowledged, { shards, events, listed })).toBe(0);
    expect(found(checkAcknowledged, { shards, events, listed: listed.slice(1) })).toBe(1);
  });

  it("is not all that may be listed, but nothing that survives is", ({ expect }) => {
    const survives = { shard: 0, at: position(1) };
    expect(found(checkAcknowledged, { shards, listed: [...listed, survives] })).toBe(1);
  });

  it("may be seen until it is lost, and for a TTL after that", ({ expect }) => {
    const asked = (atMs: number) => ({ shards, events: [read(atMs, sawObject(ANN, "c"))] });
    expect(found(checkStaleness, asked(PROMOTED_MS + TTL_MS - 1))).toBe(0);
    expect(found(checkStaleness, asked(PROMOTED_MS + TTL_MS))).toBe(1);
  });

  it("takes back what its writers saw, and never comes back to who saw the next epoch", ({
    expect,
  }) => {
    const saw = (...seen: string[]) => ({
      shards,
      events: [
        write(3_000, 3),
        ...seen.map((data, place) => read(12_000 + place, sawObject(ANN, data))),
      ],
    });
    expect(found(checkSessions, saw("c", "a", "d"))).toBe(0);
    expect(found(checkSessions, saw("d", "c"))).toBe(1);
    expect(found(checkSessions, saw("a", "b"))).toBe(1);
  });

  it("is gone for good in the end", ({ expect }) => {
    const finals = (data: string) => ({
      shards: [...old, promotion],
      finals: [{ follower: "f", seen: [{ shard: 0, observation: sawObject(ANN, data) }] }],
    });
    expect(found(checkConvergence, finals("a"))).toBe(0);
    expect(found(checkConvergence, finals("c"))).toBe(1);
  });

  it("may have been a deletion: then its object is there again, and may be changed", ({
    expect,
  }) => {
    const before = commit(name("a"), at(1), null, 1_000, inOld);
    const lost = commit(object(ANN, null), at(2), at(1), 2_000, inOld);
    const changed = commit(name("b"), at(2, 2), at(1), 11_000, { store: "new" });
    expect(found(checkValues, { shards: [before, lost, promotion, changed] })).toBe(0);
  });

  it("may be asked for again under its opId", ({ expect }) => {
    const again = commit(name("b"), at(2, 2), at(1), 11_000, { store: "new", opId: "b" });
    expect(found(checkOperations, { shards: [...old, promotion, again] })).toBe(0);
    const twice = commit(name("e"), at(3, 2), at(2, 2), 12_000, { store: "new", opId: "d" });
    expect(found(checkOperations, { shards: [...shards, twice] })).toBe(1);
  });
});

describe("G2 over epochs", () => {
  it("goes on at the seq where an epoch begins, with the versions of then", ({ expect }) => {
    expect(found(checkLog, { shards })).toBe(0);
    const wrong = commit(name("d"), at(4, 2), at(3), 11_000, { store: "new" });
    expect(found(checkLog, { shards: [...old, promotion, wrong] })).toBe(2);
  });

  it("wants each epoch once, and begun where the store ended", ({ expect }) => {
    const same = (number: number, seq: number) => [...old, epoch(number, at(seq), 5_000, "old")];
    expect(found(checkLog, { shards: same(2, 3) })).toBe(0);
    expect(found(checkLog, { shards: same(2, 2) })).toBe(1);
    expect(found(checkLog, { shards: same(1, 3) })).toBe(1);
  });
});

describe("G1 one leader", () => {
  const act = (epochOf: number, lastMs: number): Act => ({
    shard: 0,
    epoch: epochOf,
    lastMs,
    what: "a read was answered",
  });

  it("flags who answers after another epoch has begun", ({ expect }) => {
    expect(found(checkLeadership, { shards, acts: [act(1, PROMOTED_MS)] })).toBe(0);
    expect(found(checkLeadership, { shards, acts: [act(1, PROMOTED_MS + 1)] })).toBe(1);
    expect(found(checkLeadership, { shards, acts: [act(2, 20_000)] })).toBe(0);
  });

  it("flags who commits then, in whichever store", ({ expect }) => {
    const late = commit(name("e"), at(4), at(3), PROMOTED_MS + 1, inOld);
    expect(found(checkLeadership, { shards: [...shards, late] })).toBe(1);
  });
});
