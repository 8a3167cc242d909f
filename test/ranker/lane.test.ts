import { describe, it } from "vitest";

import { HEAD_COUNT } from "../../core/ranking/heads.ts";
import { err, ok } from "../../core/result.ts";
import { ManualTime } from "../fakes/manual-time.ts";
import { FakeScorer, jobOf, laneOf } from "./fake-scorer.ts";
import { rowsFrom } from "./tiny-model.ts";

describe("a lane", () => {
  it("starts at once when idle, and merges what queued", async ({ expect }) => {
    const time = new ManualTime();
    const scorer = new FakeScorer(time);
    const lane = laneOf(scorer, time);
    const answers = [100, 20, 30, 40].map((rows) => lane.submit(jobOf(time, rows)));
    expect(scorer.batches).toEqual([100]);
    expect(lane.load).toMatchObject({ queuedRows: 90, queuedRequests: 3, running: { rows: 100 } });
    await time.advance(10);
    expect(scorer.batches).toEqual([100, 90]);
    const results = await Promise.all(answers);
    expect(results.map((result) => result.ok && result.value.queueMs)).toEqual([0, 2, 2, 2]);
    expect(lane.idle).toBe(true);
  });

  it("gives each request its own rows back", async ({ expect }) => {
    const time = new ManualTime();
    const lane = laneOf(new FakeScorer(time), time);
    const sizes = [3, 1, 5, 2];
    const answers = sizes.map((rows, from) => lane.submit(jobOf(time, rows, 50, from)));
    await time.advance(10);
    for (const [from, rows] of sizes.entries()) {
      const answer = await answers[from];
      if (answer?.ok !== true) throw new Error("refused");
      const { dense } = rowsFrom(from, rows);
      const first = Array.from({ length: rows }, (_, row) => dense[(row * dense.length) / rows]);
      expect(answer.value.probabilities).toHaveLength(rows * HEAD_COUNT);
      expect(answer.value.probabilities.filter((_, at) => at % HEAD_COUNT === 0)).toEqual(
        Float32Array.from(first, (value) => value ?? 0),
      );
    }
  });

  it("refuses at dequeue what has become late in the queue", async ({ expect }) => {
    const time = new ManualTime();
    const scorer = new FakeScorer(time);
    const lane = laneOf(scorer, time);
    // The first batch is not known to take long, so both are let in.
    scorer.takes = () => 30;
    const running = lane.submit(jobOf(time, 100));
    const late = lane.submit(jobOf(time, 100, 20));
    const patient = lane.submit(jobOf(time, 100, 1_000));
    await time.advance(100);
    expect(await running).toMatchObject({ ok: true });
    expect(await late).toMatchObject({ ok: false, error: { why: "shed", reason: "deadline" } });
    expect(await patient).toMatchObject({ ok: true });
    expect(scorer.batches).toEqual([100, 100]);
  });

  it("lets a caller who hangs up leave the queue", async ({ expect }) => {
    const time = new ManualTime();
    const scorer = new FakeScorer(time);
    const lane = laneOf(scorer, time);
    const gone = new AbortController();
    void lane.submit(jobOf(time, 10));
    const left = lane.submit(jobOf(time, 10), gone.signal);
    gone.abort();
    expect(await left).toEqual(err({ why: "gone" }));
    expect(await lane.submit(jobOf(time, 10), gone.signal)).toEqual(err({ why: "gone" }));
    expect(lane.load.queuedRequests).toBe(0);
    await time.advance(10);
    expect(scorer.batches).toEqual([10]);
  });

  it("says so when the model fails on a batch, and goes on", async ({ expect }) => {
    const time = new ManualTime();
    const scorer = new FakeScorer(time);
    const lane = laneOf(scorer, time);
    scorer.fails = true;
    const failed = lane.submit(jobOf(time, 10));
    await time.advance(5);
    expect(await failed).toMatchObject({ ok: false, error: { why: "failed" } });
    scorer.fails = false;
    const next = lane.submit(jobOf(time, 10));
    await time.advance(5);
    expect(await next).toMatchObject({ ok: true });
  });
});

describe("who is let in before the body is read", () => {
  const shedFor = (reason: string) => ({ ok: false, error: { why: "shed", reason } });
  /** 11 ms for 1,000 rows, as the lane has learned. */
  const learned = async (time: ManualTime) => {
    const lane = laneOf(new FakeScorer(time), time);
    for (const rows of [1_000, 500]) {
      void lane.submit(jobOf(time, rows));
      await time.advance(20);
    }
    return lane;
  };

  it("sees those that were let in before as if they waited", async ({ expect }) => {
    const time = new ManualTime();
    const lane = await learned(time);
    // Each 11 ms, of which 30 of 50 ms may be expected: with the margin, two of them fit.
    const first = lane.letIn(1_000, time.clock.nowMs() + 50);
    expect(first.ok).toBe(true);
    expect(lane.letIn(1_000, time.clock.nowMs() + 50).ok).toBe(true);
    expect(lane.letIn(1_000, time.clock.nowMs() + 50)).toMatchObject(shedFor("deadline"));
    if (first.ok) first.value();
    expect(lane.letIn(1_000, time.clock.nowMs() + 50).ok).toBe(true);
    expect(lane.load).toMatchObject({ queuedRows: 0, queuedRequests: 0 });
  });

  it("keeps nobody out for somebody whose body does not come in time", async ({ expect }) => {
    const time = new ManualTime();
    const lane = await learned(time);
    expect(lane.letIn(2_000, time.clock.nowMs() + 50).ok).toBe(true);
    await time.advance(49);
    expect(lane.letIn(1_000, time.clock.nowMs() + 50)).toMatchObject(shedFor("deadline"));
    await time.advance(1);
    expect(lane.letIn(1_000, time.clock.nowMs() + 50).ok).toBe(true);
  });

  it("keeps a part of the time free, which a body that was read may still use", async ({
    expect,
  }) => {
    const time = new ManualTime();
    const lane = await learned(time);
    void lane.submit(jobOf(time, 1_000));
    void lane.submit(jobOf(time, 1_000));
    expect(lane.letIn(1_000, time.clock.nowMs() + 50)).toMatchObject(shedFor("deadline"));
    const read = lane.submit(jobOf(time, 1_000));
    await time.advance(50);
    expect(await read).toMatchObject({ ok: true });
  });

  it("refuses nobody who has time left while it is idle", async ({ expect }) => {
    const time = new ManualTime();
    const lane = await learned(time);
    expect(lane.letIn(16_000, time.clock.nowMs() + 1).ok).toBe(true);
    const none = new ManualTime();
    expect((await learned(none)).letIn(1, none.clock.nowMs())).toMatchObject(shedFor("deadline"));
  });
});

describe("a lane whose thread ends", () => {
  it("tells who runs and who waits at once, and starts another with growing pauses", async ({
    expect,
  }) => {
    const time = new ManualTime();
    const broken = new FakeScorer(time);
    const fresh = new FakeScorer(time);
    const starts: number[] = [];
    const ended: string[] = [];
    const lane = laneOf(broken, time, {
      start: async () => {
        starts.push(time.clock.nowMs());
        return starts.length < 3 ? err({ code: "crashed", detail: "again" }) : ok(fresh);
      },
      events: { ended: (_, reason) => ended.push(reason) },
    });
    const running = lane.submit(jobOf(time, 10));
    const waiting = lane.submit(jobOf(time, 10));
    broken.end("was killed");
    expect(await running).toMatchObject({ ok: false, error: { why: "failed" } });
    expect(await waiting).toMatchObject({ ok: false, error: { why: "failed" } });
    expect(ended).toEqual(["was killed"]);
    expect(lane.ready).toBe(false);
    expect(await lane.submit(jobOf(time, 10))).toMatchObject({ error: { why: "starting" } });

    await time.advance(2_000);
    expect(starts).toEqual([100, 300, 700]);
    expect(lane.ready).toBe(true);
    const answered = lane.submit(jobOf(time, 10));
    await time.advance(5);
    expect(await answered).toMatchObject({ ok: true });
    expect(fresh.batches).toEqual([10]);
  });

  it("starts none once it was stopped", async ({ expect }) => {
    const time = new ManualTime();
    const scorer = new FakeScorer(time);
    let starts = 0;
    const lane = laneOf(scorer, time, {
      start: async () => {
        starts++;
        return ok(scorer);
      },
    });
    await lane.stop();
    scorer.end("exited with 0");
    await time.advance(60_000);
    expect(starts).toBe(0);
  });

  it("ends what it has before it stops", async ({ expect }) => {
    const time = new ManualTime();
    const scorer = new FakeScorer(time);
    const lane = laneOf(scorer, time);
    const answers = [10, 10].map((rows) => lane.submit(jobOf(time, rows)));
    const stopped = lane.stop();
    expect(scorer.stops).toBe(0);
    await time.advance(10);
    await stopped;
    expect((await Promise.all(answers)).map(({ ok: served }) => served)).toEqual([true, true]);
    expect(scorer.stops).toBe(1);
    expect(await lane.submit(jobOf(time, 10))).toMatchObject({ error: { why: "starting" } });
  });
});

/** Open-loop arrivals, `perSecond` of 200 rows each with 50 ms, by a seeded Poisson process. */
async function offered(perSecond: number, seconds: number, scorer: FakeScorer, time: ManualTime) {
  const lane = laneOf(scorer, time);
  let state = 42;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  let inTime = 0;
  let asked = 0;
  const { request } = jobOf(time, 200);
  const countInTime = async (answer: ReturnType<typeof lane.submit>, deadlineMs: number) => {
    if ((await answer).ok && time.clock.nowMs() <= deadlineMs) inTime++;
  };
  const endMs = time.clock.nowMs() + seconds * 1_000;
  while (time.clock.nowMs() < endMs) {
    asked++;
    const job = { request, deadlineMs: time.clock.nowMs() + 50 };
    void countInTime(lane.submit(job), job.deadlineMs);
    await time.advance((-Math.log(random()) * 1_000) / perSecond);
  }
  await time.advance(1_000);
  return { asked, inTime };
}

describe("under load", () => {
  // 1 ms and 0.02 ms per row: a full batch of 783 rows takes 16.7 ms, so 235 requests a second is all it can do.
  const takes = (rows: number) => 1 + 0.02 * rows;
  const capacity = 1_000 / (takes(783) / (783 / 200));

  it("below capacity nearly everybody is served in time", async ({ expect }) => {
    const time = new ManualTime();
    const scorer = new FakeScorer(time);
    scorer.takes = takes;
    const { asked, inTime } = await offered(capacity * 0.6, 10, scorer, time);
    expect(inTime / asked).toBeGreaterThan(0.98);
  });

  it("at twice capacity it still serves four fifths of what it can, in time", async ({
    expect,
  }) => {
    const time = new ManualTime();
    const scorer = new FakeScorer(time);
    scorer.takes = takes;
    const { inTime } = await offered(capacity * 2, 10, scorer, time);
    expect(inTime / 10 / capacity).toBeGreaterThan(0.8);
    expect(Math.max(...scorer.batches.slice(20))).toBeLessThanOrEqual(800);
  });

  it("one very slow batch does not shut everybody out", async ({ expect }) => {
    const time = new ManualTime();
    const scorer = new FakeScorer(time);
    // The estimate becomes 3 s: were it to refuse everything, nothing would ever correct it.
    scorer.takes = (rows) => (scorer.batches.length === 1 ? 3_000 : takes(rows));
    const { asked, inTime } = await offered(120, 20, scorer, time);
    const duringStall = 120 * 3;
    expect(inTime / (asked - duringStall)).toBeGreaterThan(0.95);
  });
});
