import { it } from "vitest";

import { LoopWait } from "../../gpu-ranker/src/http/loop-wait.ts";
import { ManualClock } from "../fakes/manual-clock.ts";

it("counts those before in this turn, and half of the last turn when there was no rest", ({
  expect,
}) => {
  const clock = new ManualClock(1_000);
  let endTurn = () => {};
  const loop = new LoopWait(clock, (ring) => (endTurn = ring));
  expect(loop.seen()).toEqual({ waitedMs: 0, turnMs: 0 });
  clock.advance(8);
  expect(loop.seen()).toEqual({ waitedMs: 8, turnMs: 0 });
  clock.advance(12);
  endTurn();

  clock.advance(0.5);
  expect(loop.seen()).toEqual({ waitedMs: 10, turnMs: 20 });
  clock.advance(3);
  expect(loop.seen()).toEqual({ waitedMs: 13, turnMs: 20 });
  endTurn();

  clock.advance(1);
  expect(loop.seen()).toEqual({ waitedMs: 0, turnMs: 0 });
});
