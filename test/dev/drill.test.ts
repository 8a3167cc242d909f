import { describe, it } from "vitest";

import { type Id, logicalShard } from "../../core/ids.ts";
import type { LogRecord } from "../../core/tao/log.ts";
import { differences, judgeLog, percentile } from "../../dev/drill/findings.ts";
import type { DrillGraph } from "../../dev/drill/graph.ts";
import { WriteLoad } from "../../dev/drill/load.ts";
import { LogBook } from "../../dev/drill/log-book.ts";
import { listQuestions, questionsOf, readBack } from "../../dev/drill/readback.ts";
import { type Ack, type Lane, postData } from "../../dev/drill/writes.ts";

const id = (n: number) => BigInt(n) as Id;
const lanes: Lane[] = [0, 1].map((shard) => ({
  shard,
  home: logicalShard(shard),
  root: id(100 + shard),
}));
const ack = (n: number, seq: number, liked: Id | null = null): Ack => ({
  lane: 0,
  n,
  opId: `op ${n}`,
  post: id(n),
  version: { epoch: 1, seq },
  liked,
});
const record = (n: number, seq: number, epoch = 1): LogRecord => ({
  epoch,
  opId: `op ${n}`,
  timeMs: 1,
  entries: [
    { seq, prev: null, mutation: { kind: "object", id: id(n), otype: 2, data: "{}" } },
    {
      seq: seq + 1,
      prev: null,
      mutation: {
        kind: "assoc",
        id1: id(100),
        atype: 1,
        id2: id(n),
        timeMs: 1,
        data: "",
        count: n,
      },
    },
  ],
});
const clock = () => {
  let ms = 0;
  return { nowMs: () => ms, sleep: async (for_: number) => void (ms += for_) };
};

describe("what log rows say against acknowledgements", () => {
  const acks = [ack(1, 1), ack(2, 3)];

  it("is nothing while each write is where it was said to be", ({ expect }) => {
    const rows = new Map([["0", [record(1, 1), record(2, 3)]]]);
    expect(judgeLog(rows, acks)).toEqual({ lost: [], duplicated: [], missing: [] });
  });

  it("names a write that is not there, and the place that nobody has", ({ expect }) => {
    const rows = new Map([["0", [record(2, 3)]]]);
    const found = judgeLog(rows, acks);
    expect(found).toEqual({ lost: ["op 1"], duplicated: [], missing: ["0: 1", "0: 2"] });
  });

  it("names a write that is elsewhere than it was said to be", ({ expect }) => {
    const rows = new Map([["0", [record(2, 1), record(1, 3)]]]);
    expect(judgeLog(rows, acks).lost).toEqual(["op 1", "op 2"]);
  });

  it("names a place that two writes have, also of two epochs and two looks", ({ expect }) => {
    const book = new LogBook();
    book.add(new Map([["0", [record(1, 1), record(2, 3)]]]));
    book.add(new Map([["0", [record(2, 3), record(9, 3, 2)]]]));
    expect(judgeLog(book.rows, acks).duplicated).toHaveLength(2);
    book.add(new Map([["1", [record(3, 1)]]]));
    expect(judgeLog(book.rows, acks).duplicated).toHaveLength(2);
  });
});

it("takes the smallest value that a share of them does not exceed", ({ expect }) => {
  expect([0.5, 0.9, 1].map((share) => percentile([5, 1, 4, 2], share))).toEqual([2, 5, 5]);
  expect(percentile([], 0.5)).toBe(0);
  expect(differences(["a", "b"], ["a", "c"])).toEqual([1]);
  expect(differences(["a", "b"], null)).toEqual([0, 1]);
});

describe("reading back", () => {
  const acks = [ack(1, 1), ack(2, 3, id(50))];
  const questions = [...questionsOf(lanes, acks), ...listQuestions(lanes, acks)];
  const right = [postData(id(100), "op 1"), postData(id(100), "op 2"), "100", "2", "2,1", "0", ""];
  const answering = (answers: (readonly string[] | null)[]): DrillGraph => ({
    write: async () => ({ is: "refused", why: "" }),
    readAt: async (_, reads) => {
      const next = answers.length > 0 ? answers.shift() : right;
      return next?.slice(-reads.length) ?? null;
    },
  });

  it("asks for every post, inverse and list, until all is right", async ({ expect }) => {
    expect(questions.map(({ answer }) => answer)).toEqual(right);
    const late = right.with(3, "1");
    const graph = answering([null, late, ["2"]]);
    const back = await readBack({ region: "apac", replica: 0 }, questions, { graph, ...clock() });
    expect(back.wrong).toEqual([]);
    expect(back.settledMs).toBeGreaterThan(0);
  });

  it("gives a follower up after a while, and the leader at once when a post is gone", async ({
    expect,
  }) => {
    const gone = right.with(0, "none");
    const deps = clock();
    const graph = { ...answering([]), readAt: async () => gone };
    const atLeader = await readBack("leader", questions, { graph, ...deps });
    expect([atLeader.wrong.length, deps.nowMs()]).toEqual([1, 0]);
    const follower = { region: "apac", replica: 0 };
    const stale = { ...answering([]), readAt: async () => ["none"] };
    const back = await readBack(follower, questions.slice(0, 1), { graph: stale, ...deps });
    expect(back.wrong.map(({ about }) => about)).toEqual(["post"]);
    expect(back.settledMs).toBeGreaterThan(10_000);
  });
});

describe("a load of writes", () => {
  it("asks again by the same opId, counts what was unknown, and ends with nothing open", async ({
    expect,
  }) => {
    const sent: (string | null)[] = [];
    let places = 0;
    const graph: DrillGraph = {
      readAt: async () => null,
      async write({ opId }) {
        await Promise.resolve();
        const again = sent.includes(opId);
        sent.push(opId);
        if (!again && sent.length % 3 === 0) return { is: "unknown", why: "lost" };
        places++;
        if (places === 9) void load.pause();
        const version = { epoch: 1, seq: places };
        return { is: "acknowledged", replayed: again, results: [{ id: id(places), version }] };
      },
    };
    const load = new WriteLoad("run", lanes, { graph, ...clock() });
    load.resume();
    while (load.acks.length < 9) await Promise.resolve();
    await load.pause();
    expect(load.acks.length).toBeGreaterThanOrEqual(9);
    expect(load.unknown).toBeGreaterThan(0);
    expect(load.replayed).toBe(load.unknown);
    expect(new Set(sent).size).toBe(load.acks.length);
  });

  it("tells what stopped a lane", async ({ expect }) => {
    const graph: DrillGraph = {
      readAt: async () => null,
      write: async () => ({ is: "refused", why: "400 wrong" }),
    };
    const load = new WriteLoad("run", lanes, { graph, ...clock() });
    load.resume();
    await expect(load.recovered(0)).rejects.toThrow("400 wrong");
    await expect(load.pause()).rejects.toThrow("400 wrong");
  });
});
