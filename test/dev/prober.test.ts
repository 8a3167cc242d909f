import * as fc from "fast-check";
import { describe, it } from "vitest";

import { type Id, logicalShard } from "../../core/ids.ts";
import type { FollowerPin } from "../../core/tao/pinned-read.ts";
import type { Read } from "../../core/tao/types.ts";
import type { GraphBatch } from "../../dev/operator/api.ts";
import { HttpGraph, type ProbeGraph } from "../../dev/prober/graph.ts";
import { isGreen, reportOf } from "../../dev/prober/report.ts";
import { probeProduct, type ProberPlan } from "../../dev/prober/run.ts";
import { type ProbeAnswer, ProbePool, shows, stepOf, writeOf } from "../../dev/prober/samples.ts";
import { HORIZONS, HorizonTally, judge, LATE_MS, nines } from "../../dev/prober/tally.ts";
import { SeededRandom } from "../../sim/random.ts";
import { Scheduler } from "../../sim/scheduler.ts";

const at = (seq: number, epoch = 1) => ({ epoch, seq });
const probeOn = (shard: number, n: number) => ({
  shard,
  home: logicalShard(shard),
  id: BigInt(shard * 100 + n) as Id,
});
const PINS: readonly FollowerPin[] = ["us-east", "apac"].map((region) => ({ region, replica: 0 }));

/** A product whose followers show each write `lagMs(pin)` after its acknowledgement. */
class LaggingGraph implements ProbeGraph {
  readonly #clock: Scheduler;
  readonly #lagMs: (pin: FollowerPin | "leader", write: number) => number;
  readonly #writes: { readonly batch: GraphBatch; readonly atMs: number }[] = [];
  readonly away = new Set<string>();
  marks = false;

  constructor(
    clock: Scheduler,
    lagMs: (pin: FollowerPin | "leader", write: number) => number = () => 5,
  ) {
    this.#clock = clock;
    this.#lagMs = lagMs;
  }

  async write(batch: GraphBatch) {
    this.#writes.push({ batch, atMs: this.#clock.nowMs() });
    return { ok: true, id: "1", version: at(this.#writes.length) } as const;
  }

  async readAt(from: FollowerPin | "leader", [object]: readonly Read[]) {
    if (from !== "leader" && this.away.has(from.region)) return null;
    let answer: ProbeAnswer = { object: at(0), edge: null };
    for (const [index, { batch, atMs }] of this.#writes.entries()) {
      const [write] = batch.writes;
      if (write === undefined || object?.op !== "objGet") continue;
      const isSame = ("id" in write ? write.id : "id1" in write && write.id1) === object.id;
      if (!isSame || this.#clock.nowMs() < atMs + this.#lagMs(from, index)) continue;
      if (write.op === "objUpdate") answer = { ...answer, object: at(index + 1) };
      if (write.op === "assocAdd") answer = { ...answer, edge: at(index + 1) };
      if (write.op === "assocDelete") answer = { ...answer, edge: null };
    }
    return { ...answer, staleMs: this.marks ? 90_000 : null };
  }
}

async function runOn(makeGraph: (clock: Scheduler) => ProbeGraph, plan: Partial<ProberPlan> = {}) {
  const random = new SeededRandom(7);
  const clock = new Scheduler(1_000_000, random);
  const full: ProberPlan = {
    probes: [0, 1].flatMap((shard) => [probeOn(shard, 1), probeOn(shard, 2)]),
    pins: PINS,
    horizons: HORIZONS,
    perSecond: 0.05,
    forMs: 600_000,
    run: "test",
    stop: new AbortController().signal,
    ...plan,
  };
  const deps = { graph: makeGraph(clock), sleep: clock.sleep, random, nowMs: () => clock.nowMs() };
  let result: Awaited<ReturnType<typeof probeProduct>> | null = null;
  void probeProduct(full, deps).then((done) => (result = done));
  await clock.run(() => result !== null);
  if (result === null) throw new Error("stuck");
  return result as Awaited<ReturnType<typeof probeProduct>>;
}

describe("a run", () => {
  it("asks every follower about every write at every horizon", async ({ expect }) => {
    const result = await runOn((clock) => new LaggingGraph(clock));
    expect(result.writes).toEqual({ acknowledged: 30, unknown: 0, refused: 0, skipped: 0 });
    expect(result.horizons.map(({ counts }) => counts.visible)).toEqual([60, 60, 60]);
    expect(isGreen(result)).toBe(true);
    expect(result.visibleMs).toHaveLength(30);
    expect(reportOf(result, "two")).toMatch(/kept$/);
  });

  it("names who was behind, and for how long", async ({ expect }) => {
    const slow = (pin: FollowerPin | "leader", write: number) =>
      pin !== "leader" && pin.region === "apac" && write === 4 ? 30_000 : 5;
    const result = await runOn((clock) => new LaggingGraph(clock, slow));
    expect(result.horizons.map(({ counts }) => counts.behind)).toEqual([1, 1, 0]);
    expect(result.horizons[0]?.names).toEqual(["apac:0 after 1000 ms: link of 1 at 1.5, shard 0"]);
    expect(isGreen(result)).toBe(false);
    expect(reportOf(result, "two")).toMatch(/apac:0 after 10000 ms[^]*BROKEN$/);
  });

  it("tells a follower that never learns from a leader that lost the write", async ({ expect }) => {
    const never = (_pin: FollowerPin | "leader", write: number) => (write === 3 ? Infinity : 5);
    const { lost, horizons } = await runOn((clock) => new LaggingGraph(clock, never));
    expect(lost).toEqual(["update of 102 at 1.4, shard 1"]);
    expect(horizons.at(-1)?.counts.behind).toBe(2);
    const onlyFollowers = (pin: FollowerPin | "leader", write: number) =>
      pin === "leader" ? 0 : never(pin, write);
    expect((await runOn((clock) => new LaggingGraph(clock, onlyFollowers))).lost).toEqual([]);
  });

  it("keeps apart what is marked and what is away, and is red without followers", async ({
    expect,
  }) => {
    const marked = await runOn((clock) =>
      Object.assign(new LaggingGraph(clock, (_pin, write) => (write === 0 ? Infinity : 5)), {
        marks: true,
      }),
    );
    expect(marked.horizons.map(({ counts }) => [counts.marked, counts.behind])).toEqual(
      [0, 1, 2].map(() => [2, 0]),
    );
    const away = await runOn((clock) => {
      const graph = new LaggingGraph(clock);
      graph.away.add("apac");
      return graph;
    });
    expect(away.horizons.map(({ counts }) => counts.unreachable)).toEqual([30, 30, 30]);
    expect(isGreen(away)).toBe(false);
  });

  it("sends a write of unknown outcome again under its opId, and leaves a refused one out", async ({
    expect,
  }) => {
    const sent: string[] = [];
    const answers = ["unknown", "unknown", "ok", "refused"];
    const result = await runOn(
      (clock) => {
        const graph = new LaggingGraph(clock);
        const write = graph.write.bind(graph);
        graph.write = async (batch: GraphBatch) => {
          sent.push(batch.opId);
          const is = answers.shift() ?? "ok";
          return is === "ok" ? write(batch) : ({ ok: false, is, why: "" } as never);
        };
        return graph;
      },
      { forMs: 45_000 },
    );
    expect(sent).toEqual(["test:0", "test:0", "test:0", "test:1", "test:2"]);
    expect(result.writes).toMatchObject({ acknowledged: 2, refused: 1 });
  });

  it("writes on no probe that still waits for a horizon", async ({ expect }) => {
    const result = await runOn((clock) => new LaggingGraph(clock), {
      perSecond: 1,
      forMs: 60_000,
    });
    expect(result.writes).toMatchObject({ acknowledged: 4, skipped: 56 });
  });

  it("ends at once when it is stopped, with what it has", async ({ expect }) => {
    const stop = new AbortController();
    const result = await runOn(
      (clock) => {
        clock.after(61_000, () => stop.abort());
        return new LaggingGraph(clock);
      },
      { stop: stop.signal },
    );
    expect(result.writes.acknowledged).toBe(4);
    expect(result.horizons.map(({ counts }) => counts.visible)).toEqual([6, 6, 2]);
  });
});

describe("verdicts", () => {
  it("count a late read only where it shows a violation", ({ expect }) => {
    const [horizon] = HORIZONS;
    if (horizon === undefined) throw new Error("no horizons");
    const seen = (isVisible: boolean, isMarked = false) => ({ isVisible, isMarked });
    const inTime = horizon.afterMs + LATE_MS;
    expect(judge(seen(true), inTime, horizon)).toBe("visible");
    expect(judge(seen(true), inTime + 1, horizon)).toBe("late");
    expect(judge(seen(false), inTime + 1, horizon)).toBe("behind");
    expect(judge(seen(false, true), inTime, horizon)).toBe("marked");
    expect(judge(seen(true, true), inTime, horizon)).toBe("visible");
    expect(judge(null, inTime, horizon)).toBe("unreachable");
  });

  it("follow the step: what a later write of another epoch shows counts too", ({ expect }) => {
    const probe = probeOn(0, 1);
    const sample = (step: "update" | "link" | "unlink") => ({ probe, step, version: at(5) });
    const both = (version: ReturnType<typeof at> | null) => ({ object: version, edge: version });
    expect([at(4), at(5), at(1, 2)].map((v) => shows(sample("update"), both(v)))).toEqual([
      false,
      true,
      true,
    ]);
    expect([null, at(4), at(5)].map((v) => shows(sample("link"), both(v)))).toEqual([
      false,
      false,
      true,
    ]);
    expect([null, at(4), at(5), at(6)].map((v) => shows(sample("unlink"), both(v)))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it("are nines, of none behind the most that so many can prove", ({ expect }) => {
    expect([nines(0, 0), nines(0, 1_000), nines(1, 1_000), nines(7, 7)]).toEqual([
      "–",
      "≥ 3.0",
      "3.0",
      "0.0",
    ]);
  });

  it("break at the first answer below the promise", ({ expect }) => {
    const counts = fc.record({
      visible: fc.nat(5_000),
      behind: fc.nat(50),
      marked: fc.nat(9),
      unreachable: fc.nat(60),
      late: fc.nat(9),
    });
    fc.assert(
      fc.property(counts, fc.constantFrom(0.99, 0.9999, 1), (seen, share) => {
        const tally = new HorizonTally({ afterMs: 1_000, share });
        Object.assign(tally.counts, seen);
        const judged = seen.visible + seen.behind;
        const all = judged + seen.marked + seen.unreachable + seen.late;
        expect(tally.isKept).toBe(
          judged > 0 && seen.visible / judged >= share && seen.unreachable <= all / 100,
        );
      }),
    );
  });
});

describe("probes", () => {
  it("are written in turn over all shards, each one longest rested first", ({ expect }) => {
    const pool = new ProbePool([0, 1].flatMap((shard) => [probeOn(shard, 1), probeOn(shard, 2)]));
    const taken = Array.from({ length: 4 }, () => pool.take());
    expect(taken.map((one) => one?.probe.id)).toEqual([1n, 101n, 2n, 102n]);
    expect(pool.take()).toBeNull();
    taken[2]?.rest();
    pool.take();
    expect(pool.take()).toMatchObject({ probe: { id: 2n }, turn: 1 });
  });

  it("change an object, a list that grows and one that shrinks", ({ expect }) => {
    const writes = [0, 1, 2, 3].map(
      (turn) => writeOf(probeOn(0, 1), stepOf(turn), 9, `t${turn}`).op,
    );
    expect(writes).toEqual(["objUpdate", "assocAdd", "assocDelete", "objUpdate"]);
  });
});

describe("the product's answers", () => {
  const graph = (status: number, body: unknown) =>
    new HttpGraph(async () => ({ status, text: JSON.stringify(body) }));
  const batch = { shard: 0, opId: "x", writes: [] };

  it("are versions of what was written and read", async ({ expect }) => {
    const results = [{ id: "7", version: "2.9", changed: true }];
    const written = await graph(200, { batches: [{ ok: true, results }] }).write(batch);
    expect(written).toEqual({ ok: true, id: "7", version: at(9, 2) });
    const read = await graph(200, {
      results: [
        { op: "objGet", object: { id: "7", version: at(3), data: "" } },
        { op: "assocGet", assocs: [] },
      ],
      staleMs: 61_000,
    }).readAt("leader", []);
    expect(read).toEqual({ object: at(3), edge: null, staleMs: 61_000 });
  });

  it.for([
    [503, {}, "unknown"],
    [403, {}, "refused"],
    [200, { batches: [{ ok: false, error: { code: "overloaded" } }] }, "unknown"],
    [200, { batches: [{ ok: false, error: { code: "not_found" } }] }, "refused"],
  ] as const)("of %d %j leave a write %s", async ([status, body, is], { expect }) => {
    expect(await graph(status, body).write(batch)).toMatchObject({ ok: false, is });
    if (status !== 200) expect(await graph(status, body).readAt("leader", [])).toBeNull();
  });

  it("may not come at all", async ({ expect }) => {
    const gone = new HttpGraph(() => Promise.reject(new TypeError("connection refused")));
    expect(await gone.write(batch)).toMatchObject({ ok: false, is: "unknown" });
    expect(await gone.readAt("leader", [])).toBeNull();
  });
});
