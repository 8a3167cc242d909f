import fc from "fast-check";
import { it } from "vitest";

import {
  admit,
  type Admitted,
  type Breaker,
  closed,
  type Outcome,
  settle,
} from "../../../core/resilience/breaker.ts";
import { SPECIFIED } from "../../../core/resilience/limits.ts";
import { SpecifiedBreaker } from "./specified-breaker.ts";

type Step =
  | { readonly do: "call" }
  | { readonly do: "result"; readonly which: number; readonly outcome: Outcome }
  | { readonly do: "tick"; readonly ms: number };

const outcome = fc.constantFrom<Outcome>("failure", "failure", "success", "success", "neutral");
const call = fc.constant<Step>({ do: "call" });
const result = fc.record({ do: fc.constant("result" as const), which: fc.nat(20), outcome });
/** Around every boundary of the specification. */
const tick = fc.record({
  do: fc.constant("tick" as const),
  ms: fc.constantFrom(0, 1, 50, 400, 999, 1_000, 2_500, 9_999, 10_000, 29_999, 30_000, 30_001),
});
const step = fc.oneof(
  { arbitrary: call, weight: 5 },
  { arbitrary: result, weight: 5 },
  { arbitrary: tick, weight: 2 },
);
/** Calls that fail at once: what opens it. */
const burst = fc
  .constantFrom(4, 5, 5, 5, 6)
  .map((calls) =>
    Array.from({ length: calls }, (): Step[] => [
      { do: "call" },
      { do: "result", which: 0, outcome: "failure" },
    ]).flat(),
  );
/** Calls that succeed at once: what closes it. */
const recovery = fc
  .integer({ min: 1, max: 3 })
  .map((count) =>
    Array.from({ length: count }, (): Step[] => [
      { do: "call" },
      { do: "result", which: 0, outcome: "success" },
    ]).flat(),
  );
const calls = fc.array(call, { minLength: 1, maxLength: 5 });
const steps = fc
  .array(
    fc.oneof(
      { arbitrary: step.map((one) => [one]), weight: 6 },
      { arbitrary: burst, weight: 1 },
      { arbitrary: recovery, weight: 1 },
      { arbitrary: fc.tuple(burst, tick, calls).map((parts) => parts.flat()), weight: 2 },
    ),
    { minLength: 1, maxLength: 40, size: "max" },
  )
  .map((parts) => parts.flat());

const NAME = { closed: "CLOSED", open: "OPEN", "half-open": "HALF_OPEN" } as const;
const RUNS = 10_000;

/** Cheaper than an assertion library, millions of times. */
function same<T>(what: string, ours: T, specified: T): void {
  if (ours !== specified)
    throw new Error(`${what}: ${String(ours)}, specified ${String(specified)}`);
}

it("does what the specification's pseudocode does, over 10,000 random sequences", ({ expect }) => {
  const seen = { sequences: 0, withProbes: 0, withConcurrentProbes: 0, opened: 0, closedAgain: 0 };
  fc.assert(
    fc.property(steps, (sequence) => {
      const specified = new SpecifiedBreaker();
      let breaker: Breaker = closed();
      let nowMs = 1_800_000_000_000;
      const underWay: {
        readonly admitted: Admitted;
        readonly specified: NonNullable<ReturnType<SpecifiedBreaker["start"]>>;
      }[] = [];
      const most = { probes: 0, trips: 0, closedAgain: false };

      for (const one of sequence) {
        if (one.do === "tick") nowMs += one.ms;
        if (one.do === "call") {
          const admission = admit(breaker, nowMs, SPECIFIED);
          const started = specified.start(nowMs);
          same("allowed", admission.allow, started !== null);
          // State is plain JSON, and survives being stored.
          breaker = JSON.parse(JSON.stringify(admission.next));
          if (admission.allow && started !== null)
            underWay.push({ admitted: admission.admitted, specified: started });
        }
        const [done] =
          one.do === "result" ? underWay.splice(one.which % (underWay.length || 1), 1) : [];
        if (one.do === "result" && done !== undefined) {
          specified.finish(done.specified, one.outcome, nowMs);
          breaker = settle(breaker, done.admitted, one.outcome, nowMs, SPECIFIED);
        }
        same("state", NAME[breaker.at], specified.state);
        if (breaker.at === "half-open") {
          const held = breaker.probes.filter(({ untilMs }) => untilMs > nowMs).length;
          same("probes", held, specified.probesAt(nowMs));
          most.probes = Math.max(most.probes, held);
        }
        most.trips = Math.max(most.trips, breaker.trips);
        most.closedAgain ||= breaker.at === "closed" && breaker.trips > 0;
      }
      seen.sequences++;
      seen.withProbes += Number(most.probes > 0);
      seen.withConcurrentProbes += Number(most.probes > 1);
      seen.opened += Number(most.trips > 0);
      seen.closedAgain += Number(most.closedAgain);
    }),
    { numRuns: RUNS },
  );
  // Otherwise the sequences would say little: half-open is where breakers differ.
  expect(seen.sequences).toBeGreaterThanOrEqual(RUNS);
  expect(seen.withConcurrentProbes / seen.sequences).toBeGreaterThanOrEqual(0.05);
  expect(seen.closedAgain / seen.sequences).toBeGreaterThanOrEqual(0.05);
});
