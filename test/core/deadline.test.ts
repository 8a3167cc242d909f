import { it } from "vitest";

import type { Failure } from "../../core/errors.ts";
import { Deadline } from "../../core/resilience/deadline.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { ManualTime } from "../fakes/manual-time.ts";

type Answer = Result<string, Failure>;

/** A call that the test answers, or never. */
function held() {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  let calls = 0;
  const call = () => {
    calls++;
    return promise;
  };
  return { call, answer: resolve, calls: () => calls };
}

const late = err({ code: "deadline_exceeded", dependency: "leader", budgetMs: 100 });

it("passes an answer on, and leaves no timer behind", async ({ expect }) => {
  const time = new ManualTime();
  const deadline = new Deadline(100, time);
  const { call, answer } = held();
  const waiting = deadline.within("leader", call);
  expect(time.timers).toBe(1);
  answer(ok("in time"));
  expect(await waiting).toEqual(ok("in time"));
  expect(time.timers).toBe(0);
});

it("ends every wait at its instant, with one timer for all", async ({ expect }) => {
  const time = new ManualTime();
  const deadline = new Deadline(100, time);
  const both = [held(), held()].map(({ call }) => deadline.within("leader", call));
  expect(time.timers).toBe(1);
  let ended = 0;
  for (const wait of both) void wait.then(() => ended++);
  await time.advance(99);
  expect(ended).toBe(0);
  await time.advance(1);
  expect(await Promise.all(both)).toEqual([late, late]);
  expect(time.timers).toBe(0);
});

it("asks nobody once time is over", async ({ expect }) => {
  const time = new ManualTime();
  const deadline = new Deadline(100, time);
  await time.advance(100);
  const { call, calls } = held();
  expect([await deadline.within("leader", call), calls()]).toEqual([late, 0]);
});

it("ends also who begins to wait as a timer rings early", async ({ expect }) => {
  const time = new ManualTime();
  const deadline = new Deadline(100, time);
  const first = deadline.within("leader", held().call);
  await time.advance(99);
  time.ringNow();
  const second = deadline.within("leader", held().call);
  expect(await first).toEqual(late);
  await time.advance(1);
  expect(await second).toEqual(late);
});

it("passes on what is thrown", async ({ expect }) => {
  const time = new ManualTime();
  const deadline = new Deadline(100, time);
  await expect(deadline.within("leader", () => Promise.reject(new Error("bug")))).rejects.toThrow(
    "bug",
  );
  expect(time.timers).toBe(0);
});
