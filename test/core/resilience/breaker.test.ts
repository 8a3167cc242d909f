import { describe, it } from "vitest";

import {
  admit,
  type Admitted,
  type Breaker,
  closed,
  isLater,
  type Outcome,
  settle,
} from "../../../core/resilience/breaker.ts";
import { SPECIFIED } from "../../../core/resilience/limits.ts";

const T = 1_800_000_000_000;

/** A breaker and its time, driven by hand. */
class Driver {
  state: Breaker = closed();
  nowMs = T;
  readonly policy;

  constructor(policy = SPECIFIED) {
    this.policy = policy;
  }

  at(ms: number): this {
    this.nowMs = T + ms;
    return this;
  }

  call(): Admitted | null {
    const admission = admit(this.state, this.nowMs, this.policy);
    this.state = admission.next;
    return admission.allow ? admission.admitted : null;
  }

  end(admitted: Admitted | null, outcome: Outcome): this {
    if (admitted !== null)
      this.state = settle(this.state, admitted, outcome, this.nowMs, this.policy);
    return this;
  }

  calls(count: number, outcome: Outcome): this {
    for (let n = 0; n < count; n++) this.end(this.call(), outcome);
    return this;
  }

  /** Open since `T + ms`. */
  opened(ms = 0): this {
    return this.at(ms).calls(5, "failure");
  }
}

describe("closed", () => {
  it("opens on the fifth failure, whatever succeeds between", ({ expect }) => {
    const driver = new Driver();
    for (let n = 0; n < 4; n++) driver.calls(1, "failure").calls(100, "success");
    expect(driver.state.at).toBe("closed");
    expect(driver.calls(1, "failure").state).toEqual({ at: "open", trips: 1, sinceMs: T });
  });

  it("counts the failures of the last 10 s: one that is 10 s old no more", ({ expect }) => {
    const late = new Driver().at(0).calls(1, "failure").at(10_000).calls(4, "failure");
    expect(late.state.at).toBe("closed");
    const inTime = new Driver().at(0).calls(1, "failure").at(9_999).calls(4, "failure");
    expect(inTime.state.at).toBe("open");
  });

  it("slides its window: a burst over a boundary counts as one", ({ expect }) => {
    const driver = new Driver().at(9_000).calls(3, "failure").at(11_000).calls(2, "failure");
    expect(driver.state.at).toBe("open");
  });

  it("takes a caller's cancellation and a 4xx as nothing at all", ({ expect }) => {
    const driver = new Driver().calls(4, "failure").calls(100, "neutral");
    expect(driver.state.at).toBe("closed");
    expect(driver.calls(1, "failure").state.at).toBe("open");
  });

  it("keeps no more failures than open it", ({ expect }) => {
    const driver = new Driver({ ...SPECIFIED, failureRatioMin: 0.9 });
    driver.calls(1_000, "success").calls(50, "failure");
    expect(driver.state).toMatchObject({ at: "closed", failures: Array(5).fill(T) });
    expect(JSON.stringify(driver.state).length).toBeLessThan(300);
  });
});

describe("open", () => {
  it("refuses for 30 s, to the last millisecond, and says for how long", ({ expect }) => {
    const driver = new Driver().opened();
    expect(admit(driver.state, T, SPECIFIED)).toMatchObject({ allow: false, retryAfterMs: 30_001 });
    expect(admit(driver.state, T + 30_000, SPECIFIED)).toMatchObject({ retryAfterMs: 1 });
    expect(admit(driver.state, T + 30_001, SPECIFIED)).toMatchObject({ allow: true });
  });

  it("does not look at results of calls from before", ({ expect }) => {
    const driver = new Driver();
    const slow = driver.call();
    driver.opened(0).at(20_000);
    const before = driver.state;
    expect(driver.end(slow, "failure").state).toBe(before);
    driver.at(30_001).call();
    const probing = driver.state;
    expect(driver.end(slow, "failure").state).toBe(probing);
    expect(driver.end(slow, "success").state).toBe(probing);
  });

  it("stays open no longer than 30 s when the clock steps back an hour", ({ expect }) => {
    const driver = new Driver().opened().at(-3_600_000);
    expect(driver.call()).toBeNull();
    expect(driver.at(-3_600_000 + 30_001).call()).not.toBeNull();
  });
});

it("does not count what began before it opened once it is closed again", ({ expect }) => {
  const driver = new Driver();
  const slow = Array.from({ length: 5 }, () => driver.call());
  driver.opened(0).at(30_001).calls(2, "success");
  for (const admitted of slow) driver.end(admitted, "failure");
  expect(driver.state).toEqual(closed(1));
});

describe("half-open", () => {
  const halfOpen = () => new Driver().opened().at(30_001);

  it("lets three probes through at once, and refuses the fourth at once", ({ expect }) => {
    const driver = halfOpen();
    const probes = [driver.call(), driver.call(), driver.call(), driver.call()];
    expect(probes.map((probe) => probe !== null)).toEqual([true, true, true, false]);
    // A slot that is given back is another's.
    driver.end(probes[0] ?? null, "success");
    expect([driver.call(), driver.call()].map((probe) => probe !== null)).toEqual([true, false]);
  });

  it("closes on the second success, with its counters reset", ({ expect }) => {
    const driver = halfOpen().calls(1, "success");
    expect(driver.state.at).toBe("half-open");
    expect(driver.calls(1, "success").state).toEqual(closed(1));
    expect(driver.calls(4, "failure").state.at).toBe("closed");
  });

  it("reopens on one failure, for another 30 s, even after a success", ({ expect }) => {
    const driver = halfOpen().calls(1, "success").at(30_500).calls(1, "failure");
    expect(driver.state).toEqual({ at: "open", trips: 2, sinceMs: T + 30_500 });
    expect(driver.at(60_500).call()).toBeNull();
    expect(driver.at(60_501).call()).not.toBeNull();
  });

  it("does not wait for the third probe, and does not look at its result", ({ expect }) => {
    for (const outcome of ["success", "failure"] as const) {
      const driver = halfOpen();
      const [first, second, third] = [driver.call(), driver.call(), driver.call()];
      driver.end(first, "success").end(second, "success");
      expect(driver.end(third, outcome).state).toEqual(closed(1));
    }
    const driver = halfOpen();
    const [first, second] = [driver.call(), driver.call()];
    driver.end(first, "failure");
    const reopened = driver.state;
    expect(driver.end(second, "success").state).toBe(reopened);
  });

  it("frees the slot of a probe that never reports, and then does not hear it", ({ expect }) => {
    const driver = halfOpen();
    const lost = [driver.call(), driver.call(), driver.call()];
    expect(driver.at(31_000).call()).toBeNull();
    expect(driver.at(31_001).call()).not.toBeNull();
    const before = driver.state;
    expect(driver.end(lost[0] ?? null, "failure").state).toBe(before);
    expect(driver.end(lost[1] ?? null, "success").state).toBe(before);
  });

  it("gives the slot of a cancelled probe back, and counts nothing", ({ expect }) => {
    const driver = halfOpen().calls(1, "success").calls(50, "neutral");
    expect(driver.state).toMatchObject({ at: "half-open", successes: 1, probes: [] });
  });

  it("does not hear a probe of an earlier half-open", ({ expect }) => {
    const driver = halfOpen();
    const old = driver.call();
    driver.calls(1, "failure").at(60_003).call();
    const before = driver.state;
    expect(before).toMatchObject({ at: "half-open", trips: 2 });
    expect(driver.end(old, "success").state).toBe(before);
    expect(driver.end(old, "failure").state).toBe(before);
  });
});

describe("a minimum failure ratio", () => {
  const policy = { ...SPECIFIED, failureRatioMin: 0.5 };

  it("keeps a busy service closed that fails rarely", ({ expect }) => {
    const driver = new Driver(policy);
    for (let second = 0; second < 20; second++)
      driver
        .at(second * 1_000)
        .calls(99, "success")
        .calls(1, "failure");
    expect(driver.state.at).toBe("closed");
    // The same calls trip the specification's count.
    const specified = new Driver();
    for (let second = 0; second < 20; second++)
      specified
        .at(second * 1_000)
        .calls(99, "success")
        .calls(1, "failure");
    expect(specified.state.at).toBe("open");
  });

  it("opens when both the count and the share are reached", ({ expect }) => {
    const driver = new Driver(policy).calls(5, "success").calls(4, "failure");
    expect(driver.state.at).toBe("closed");
    expect(driver.calls(1, "failure").state.at).toBe("open");
  });

  it("forgets what is older than the window", ({ expect }) => {
    const driver = new Driver(policy).at(0).calls(1_000, "success").at(10_000);
    expect(driver.calls(5, "failure").state.at).toBe("open");
  });
});

it("is later by trips, then from open over probing to closed", ({ expect }) => {
  const open = (trips: number): Breaker => ({ at: "open", trips, sinceMs: 0 });
  const half: Breaker = { at: "half-open", trips: 1, successes: 0, probes: [], nextProbe: 0 };
  const order: Breaker[] = [closed(0), open(1), half, closed(1), open(2)];
  for (const [i, a] of order.entries())
    for (const [j, b] of order.entries()) expect(isLater(a, b), `${i} ${j}`).toBe(i > j);
});
