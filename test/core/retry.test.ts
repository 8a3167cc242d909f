import { it } from "vitest";

import type { Failure } from "../../core/errors.ts";
import { NO_RETRY, POST_WRITE, retry, TAO_READ } from "../../core/resilience/retry.ts";
import { err, ok } from "../../core/result.ts";

const away: Failure = { code: "unavailable", dependency: "follower", retryAfterMs: 0 };

/** Time that only sleeping moves; `chance` is what the jitter draws. */
function virtualTime(chance: number) {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    clock: { nowMs: () => now },
    random: { next: () => chance },
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
  };
}

const failing = async () => err(away);
const always = () => true;

it.for([
  { what: "a TAO read", policy: TAO_READ, chance: 0.5, slept: [10, 20, 40] },
  { what: "a TAO read with the least jitter", policy: TAO_READ, chance: 0, slept: [8, 16, 32] },
  { what: "a post write", policy: POST_WRITE, chance: 0.5, slept: [50, 100] },
  { what: "nothing else", policy: NO_RETRY, chance: 0.5, slept: [] },
])("retries $what as the specification says", async ({ policy, chance, slept }, { expect }) => {
  const time = virtualTime(chance);
  expect(await retry(failing, always, policy, 10_000, time)).toEqual(err(away));
  expect(time.slept.map(Math.round)).toEqual(slept);
});

it("never waits longer than the policy's longest delay", async ({ expect }) => {
  const time = virtualTime(0.5);
  await retry(failing, always, { ...TAO_READ, retriesMax: 8 }, 10_000, time);
  expect(time.slept.slice(3)).toEqual([80, 100, 100, 100, 100]);
});

it("stops at the first success", async ({ expect }) => {
  let attempts = 0;
  const result = await retry(
    async () => (++attempts < 2 ? err(away) : ok(attempts)),
    always,
    TAO_READ,
    10_000,
    virtualTime(0.5),
  );
  expect(result).toEqual(ok(2));
});

it("does not repeat what will fail again", async ({ expect }) => {
  const time = virtualTime(0.5);
  await retry(failing, () => false, TAO_READ, 10_000, time);
  expect(time.slept).toEqual([]);
});

it("starts no retry at or after the deadline", async ({ expect }) => {
  const time = virtualTime(0.5);
  await retry(failing, always, TAO_READ, 30, time);
  expect(time.slept).toEqual([10]);
});
