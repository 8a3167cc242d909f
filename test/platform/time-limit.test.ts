import { it, vi } from "vitest";

import { ok } from "../../core/result.ts";
import { within } from "../../platform/time-limit.ts";

it("gives up on an answer that does not come, and leaves no timer behind", async ({ expect }) => {
  vi.useFakeTimers();
  try {
    const never = within(2_000, "leader", new Promise(() => {}));
    vi.advanceTimersByTime(1_999);
    expect(await Promise.race([never, Promise.resolve("waits")])).toBe("waits");
    vi.advanceTimersByTime(1);
    expect(await never).toMatchObject({
      ok: false,
      error: { code: "unavailable", dependency: "leader" },
    });
    expect(await within(2_000, "leader", Promise.resolve(ok(7)))).toEqual(ok(7));
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
