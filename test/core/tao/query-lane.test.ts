import { describe, it } from "vitest";

import { LIMITS } from "../../../core/limits.ts";
import { QueryGate, QueryLane } from "../../../core/tao/query-lane.ts";
import { ManualClock } from "../../fakes/manual-clock.ts";

/** A lane whose queries answer when the test says so, with the items that they were sent. */
function lane(gate: QueryGate, itemsMax = 100) {
  const sent: string[][] = [];
  const kept: string[] = [];
  const ends: { readonly settle: () => void; readonly fail: () => void }[] = [];
  const clock = new ManualClock();
  const made = new QueryLane<string, readonly string[]>(gate, {
    clock,
    fetch: (items) => {
      sent.push([...items]);
      return new Promise((resolve, reject) => {
        ends.push({ settle: () => resolve(items), fail: () => reject(new Error("away")) });
      });
    },
    keep: (item) => kept.push(item),
    covers: (known, wanted) => known.length >= wanted.length,
    itemsMax,
  });
  return { lane: made, clock, sent, kept, ends };
}

const turns = (): Promise<void> => new Promise((go) => setImmediate(go));

describe("a lane of queries", () => {
  it("sends what is wanted in one turn together, and each key once", async ({ expect }) => {
    const { lane: keys, sent, kept, ends } = lane(new QueryGate(4));
    const answers = ["a", "b", "a"].map((key) => keys.load(key, key));
    await turns();
    ends[0]?.settle();
    expect(await Promise.all(answers)).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["a", "b"],
    ]);
    expect([sent, kept, keys.joined]).toEqual([[["a", "b"]], ["a", "b"], 1]);
  });

  it("joins a query on its way only where it brings enough", async ({ expect }) => {
    const { lane: keys, sent } = lane(new QueryGate(4));
    void keys.load("a", "long");
    await turns();
    void keys.load("a", "lon");
    void keys.load("a", "longer");
    await turns();
    expect([sent, keys.joined]).toEqual([[["long"], ["longer"]], 1]);
  });

  it("keeps nothing, and lets nobody join, once a key has changed", async ({ expect }) => {
    const { lane: keys, sent, kept, ends } = lane(new QueryGate(4));
    const early = keys.load("a", "a");
    await turns();
    keys.overtake("a");
    const late = keys.load("a", "a");
    await turns();
    expect(sent).toEqual([["a"], ["a"]]);
    ends[0]?.settle();
    await early;
    expect(kept).toEqual([]);
    ends[1]?.settle();
    await late;
    expect(kept).toEqual(["a"]);
  });

  it("does not overtake what has not been sent", async ({ expect }) => {
    const { lane: keys, sent, kept, ends } = lane(new QueryGate(4));
    const waiting = keys.load("a", "a");
    keys.overtakeAll();
    const joining = keys.load("a", "a");
    await turns();
    ends[0]?.settle();
    await Promise.all([waiting, joining]);
    expect([sent, kept]).toEqual([[["a"]], ["a"]]);
  });

  it("runs so many queries at once; what waits meanwhile goes together", async ({ expect }) => {
    const gate = new QueryGate(2);
    const [one, two] = [lane(gate), lane(gate)];
    const wanted = [one.lane.load("a", "a"), two.lane.load("b", "b")];
    await turns();
    wanted.push(one.lane.load("c", "c"), two.lane.load("d", "d"));
    await turns();
    wanted.push(one.lane.load("e", "e"));
    await turns();
    expect([one.sent, two.sent, gate.waiting]).toEqual([[["a"]], [["b"]], 3]);
    two.ends[0]?.settle();
    await turns();
    expect([one.sent, two.sent]).toEqual([[["a"], ["c", "e"]], [["b"]]]);
    for (const end of [...one.ends, ...two.ends]) end.settle();
    await turns();
    for (const end of two.ends) end.settle();
    await Promise.all(wanted);
    expect(gate.queries).toBe(4);
  });

  it("splits what does not fit one query", async ({ expect }) => {
    const { lane: keys, sent } = lane(new QueryGate(4), 2);
    for (const key of ["a", "b", "c"]) void keys.load(key, key);
    await turns();
    expect(sent).toEqual([["a", "b"], ["c"]]);
  });

  it("tells all who wait when a query fails, and asks again for the next", async ({ expect }) => {
    const { lane: keys, sent, kept, ends } = lane(new QueryGate(1));
    const both = [keys.load("a", "a"), keys.load("a", "a")];
    await turns();
    ends[0]?.fail();
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual([
      "rejected",
      "rejected",
    ]);
    void keys.load("a", "a");
    await turns();
    expect([sent, kept]).toEqual([[["a"], ["a"]], []]);
  });

  it("does not ask for what has waited longer than anybody waits", async ({ expect }) => {
    const gate = new QueryGate(1);
    const { lane: keys, clock, sent, ends } = lane(gate);
    void keys.load("hangs", "");
    await turns();
    const old = keys.load("old", "old").catch((error: unknown) => error);
    const renewed = keys.load("renewed", "renewed");
    clock.advance(1);
    void keys.load("renewed", "renewed");
    clock.advance(LIMITS.leaderTurnMs);
    ends[0]?.settle();
    await turns();
    expect(await old).toMatchObject({ failure: { code: "overloaded" } });
    ends[1]?.settle();
    expect(await renewed).toEqual(["renewed"]);
    expect([sent, gate.waiting]).toEqual([[[""], ["renewed"]], 0]);
    void keys.load("old", "again");
    await turns();
    expect(sent[2]).toEqual(["again"]);
  });

  it("refuses at once when too many keys wait", async ({ expect }) => {
    const gate = new QueryGate(0);
    const { lane: keys } = lane(gate);
    for (let n = 0; n < LIMITS.leaderKeysWaitingMax; n++) void keys.load(`${n}`, "");
    await expect(keys.load("one more", "")).rejects.toMatchObject({
      failure: { code: "overloaded" },
    });
    expect(gate.waiting).toBe(LIMITS.leaderKeysWaitingMax);
  });
});
